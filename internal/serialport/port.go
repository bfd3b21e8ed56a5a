// Package serialport opens serial ports for radios and sensor gateways. It wraps tarm/serial, which is no longer
// maintained, and mends what was measured about it: a read time-out that looks like the end of the stream, a Close that
// hangs on a blocked Read, no lock, and a fixed list of speeds. A Port behaves as a net.Conn does. Each Port owns one
// goroutine, which ends before Close returns.
package serialport

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tarm/serial"
)

// DefaultBaud is the speed of a Config that names none.
const DefaultBaud = 57600

const (
	// readSlice is the shortest read time-out that tarm/serial knows: one tenth of a second (VTIME).
	readSlice = 100 * time.Millisecond
	// earlyEnd tells a real end (hang-up: at once) from an idle line (after readSlice).
	earlyEnd = readSlice / 2
	// earlyEndsForUnplug early ends in a row mean that the device hung up.
	earlyEndsForUnplug = 5
	// earlyEndPause keeps the loop from spinning while those are counted.
	earlyEndPause = 5 * time.Millisecond
	// statEvery is how often an idle line looks whether its device file is still there.
	statEvery = 500 * time.Millisecond

	bufferSize = 64 << 10
	chunkSize  = 4 << 10
)

// Config names a serial port.
type Config struct {
	// Device is the path, best one below /dev/serial/by-id, which stays the same when the adapter is moved.
	Device string `json:"device" yaml:"device"`
	// Baud is the speed in bits a second, any value that the hardware can do; 0 is DefaultBaud.
	Baud int `json:"baud" yaml:"baud"`
	// Log hears about lost and reopened ports from Run; nil is silent.
	Log *slog.Logger `json:"-" yaml:"-"`
	// Failed is told by Run why the port could not be opened, or was lost, each time; nil: nobody is.
	Failed func(error) `json:"-" yaml:"-"`
}

// Port is an open serial port. Bytes received wait in a buffer of 64 KiB; when nobody reads they stay in the kernel,
// which drops the newest. All methods may be called concurrently.
type Port struct {
	device string
	tty    *serial.Port
	// line is a second descriptor of the same port: it carries the lock, and it writes, because tarm/serial cannot
	// bound a write.
	line   *os.File
	opened os.FileInfo
	done   chan struct{}

	mu        sync.Mutex
	changed   sync.Cond
	buffer    []byte
	readErr   error
	closed    bool
	deadline  deadline
	closeErr  error
	closeOnce sync.Once
}

var _ net.Conn = (*Port)(nil)

// Open opens and locks a port: 8 data bits, no parity, 1 stop bit, no flow control. It answers an error that is
// ErrBusy when another process, or another Port of this one, holds the device.
func Open(cfg Config) (*Port, error) {
	if cfg.Device == "" {
		return nil, errors.New("open serial port: no device named")
	}
	baud := cfg.Baud
	if baud == 0 {
		baud = DefaultBaud
	}
	if baud < 0 {
		return nil, fmt.Errorf("open serial port %s: a speed of %d baud", cfg.Device, baud)
	}
	line, err := openLocked(cfg.Device)
	if err != nil {
		return nil, fmt.Errorf("open serial port: %w", err)
	}
	port, err := openOn(line, cfg.Device, baud)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open serial port %s: %w", cfg.Device, err), line.Close())
	}
	return port, nil
}

// openOn finishes Open on a locked descriptor, which stays the caller's when it fails.
func openOn(line *os.File, device string, baud int) (*Port, error) {
	info, err := line.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at the device: %w", err)
	}
	// The speed is set below: tarm/serial refuses all but a few.
	tty, err := serial.OpenPort(&serial.Config{Name: device, Baud: 115200, ReadTimeout: readSlice})
	if err != nil {
		return nil, err
	}
	if err := setSpeed(line, baud); err != nil {
		return nil, errors.Join(err, tty.Close())
	}
	p := &Port{device: device, tty: tty, line: line, opened: info, done: make(chan struct{})}
	p.changed.L = &p.mu
	p.deadline.wake = func() {
		p.mu.Lock()
		p.changed.Broadcast()
		p.mu.Unlock()
	}
	go p.receive()
	return p, nil
}

// receive moves bytes from the device into the buffer until the port is closed or the device goes away.
func (p *Port) receive() {
	defer close(p.done)
	chunk := make([]byte, chunkSize)
	ends := 0
	lastStat := time.Now()
	for {
		if !p.waitForRoom() {
			return
		}
		began := time.Now()
		n, err := p.tty.Read(chunk)
		switch {
		case n > 0:
			ends = 0
			p.deliver(chunk[:n], nil)
		case err != nil && !errors.Is(err, io.EOF):
			p.deliver(nil, io.EOF)
			return
		case time.Since(began) < earlyEnd:
			ends++
			if ends >= earlyEndsForUnplug || p.vanished() {
				p.deliver(nil, io.EOF)
				return
			}
			time.Sleep(earlyEndPause)
		default:
			ends = 0
		}
		if time.Since(lastStat) >= statEvery {
			lastStat = time.Now()
			if p.vanished() {
				p.deliver(nil, io.EOF)
				return
			}
		}
	}
}

// waitForRoom waits until the buffer takes another chunk; false when the port was closed.
func (p *Port) waitForRoom() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.buffer) > bufferSize-chunkSize && !p.closed {
		p.changed.Wait()
	}
	return !p.closed
}

func (p *Port) deliver(b []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buffer = append(p.buffer, b...)
	if err != nil {
		p.readErr = err
	}
	p.changed.Broadcast()
}

// vanished tells whether the device file is gone or has become another device, as after a quick replug.
func (p *Port) vanished() bool {
	info, err := os.Stat(p.device)
	return err != nil || !os.SameFile(info, p.opened)
}

// SetBaud changes the speed of the open port, and forgets what came at the one before.
func (p *Port) SetBaud(baud int) error {
	if baud <= 0 {
		return fmt.Errorf("serial port %s: a speed of %d baud", p.device, baud)
	}
	if err := setSpeed(p.line, baud); err != nil {
		return fmt.Errorf("serial port %s: %w", p.device, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buffer = p.buffer[:0]
	p.changed.Broadcast() // there is room again
	return nil
}

// Read waits for data and answers what there is. It answers io.EOF within about a second of the device going away
// (after everything received before), os.ErrDeadlineExceeded at the read deadline, and net.ErrClosed after Close.
func (p *Port) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.closed:
			return 0, p.opError("read", net.ErrClosed)
		case p.deadline.passed():
			return 0, p.opError("read", os.ErrDeadlineExceeded)
		case len(b) == 0:
			return 0, nil
		case len(p.buffer) > 0:
			n := copy(b, p.buffer)
			p.buffer = append(p.buffer[:0], p.buffer[n:]...)
			p.changed.Broadcast()
			return n, nil
		case p.readErr != nil:
			return 0, p.readErr
		}
		p.changed.Wait()
	}
}

// Write sends b. It blocks while the device takes nothing, until the write deadline (os.ErrDeadlineExceeded) or Close
// (net.ErrClosed).
func (p *Port) Write(b []byte) (int, error) {
	n, err := p.line.Write(b)
	if err == nil {
		return n, nil
	}
	for _, known := range []error{os.ErrDeadlineExceeded, os.ErrClosed} {
		if errors.Is(err, known) {
			err = known
		}
	}
	if errors.Is(err, os.ErrClosed) {
		err = net.ErrClosed
	}
	return n, p.opError("write", err)
}

// Close wakes every blocked Read and Write, unlocks the device and waits for the port's goroutine, at most about a
// tenth of a second. Closing twice is harmless and answers the same.
func (p *Port) Close() error {
	p.closeOnce.Do(func() {
		p.mu.Lock()
		p.closed = true
		p.changed.Broadcast()
		p.mu.Unlock()
		p.deadline.set(time.Time{})
		<-p.done
		// The goroutine is gone, so no Read of tarm's can hang this Close.
		p.closeErr = errors.Join(p.tty.Close(), p.line.Close())
	})
	return p.closeErr
}

// SetDeadline sets both deadlines; the zero time means none.
func (p *Port) SetDeadline(t time.Time) error {
	return errors.Join(p.SetReadDeadline(t), p.SetWriteDeadline(t))
}

// SetReadDeadline ends waiting reads at t; the zero time means never.
func (p *Port) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return p.opError("set deadline", net.ErrClosed)
	}
	p.deadline.set(t)
	return nil
}

// SetWriteDeadline ends waiting writes at t; the zero time means never.
func (p *Port) SetWriteDeadline(t time.Time) error {
	if err := p.line.SetWriteDeadline(t); err != nil {
		return fmt.Errorf("set write deadline of %s: %w", p.device, err)
	}
	return nil
}

// LocalAddr names the device.
func (p *Port) LocalAddr() net.Addr { return Addr(p.device) }

// RemoteAddr names the device, for a serial line has no far address.
func (p *Port) RemoteAddr() net.Addr { return Addr(p.device) }

func (p *Port) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: Addr("").Network(), Addr: Addr(p.device), Err: err}
}

// Addr is the device path of a port as a net.Addr.
type Addr string

// Network is "serial".
func (Addr) Network() string { return "serial" }

func (a Addr) String() string { return string(a) }

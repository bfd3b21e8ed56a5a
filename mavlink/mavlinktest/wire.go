package mavlinktest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
	"github.com/bluenviron/gomavlib/v3/pkg/streamwriter"
)

func connect(cfg Config) (net.Conn, error) {
	if cfg.Conn != nil {
		return cfg.Conn, nil
	}
	var dialer net.Dialer
	if cfg.Local != "" {
		local, err := net.ResolveUDPAddr(cfg.Network, cfg.Local)
		if err != nil {
			return nil, err
		}
		dialer.LocalAddr = local
	}
	return dialer.Dial(cfg.Network, cfg.Address)
}

// Disconnect ends the connection; the autopilot flies on and sends into nothing.
func (a *Autopilot) Disconnect() {
	_ = a.connection().Close()
}

// Connect makes a new connection. Clock, numbers of frames and signing go on as they were.
func (a *Autopilot) Connect() error {
	conn, err := connect(a.cfg)
	if err != nil {
		return fmt.Errorf("connect the autopilot again: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.conn = conn
	return nil
}

func (a *Autopilot) connection() net.Conn {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.conn
}

// Say sends texts in one go.
func (a *Autopilot) Say(texts ...common.MessageStatustext) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range texts {
		a.send(autopilotComponent, &texts[i])
	}
	a.flush()
}

// Send sends any messages, all in one datagram.
func (a *Autopilot) Send(component uint8, messages ...message.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range messages {
		a.send(component, m)
	}
	a.flush()
}

// SendAs sends messages of any system on the vehicle's link, as a router does that brings another station's frames.
func (a *Autopilot) SendAs(system, component uint8, messages ...message.Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	fw := &frame.Writer{ByteWriter: &a.outgoing, DialectRW: a.dialect}
	sw := &streamwriter.Writer{FrameWriter: fw, Version: streamwriter.V2, SystemID: system, ComponentID: component}
	if err := errors.Join(fw.Initialize(), sw.Initialize()); err != nil {
		panic(err) // cannot be: all fields are set
	}
	for _, m := range messages {
		if err := sw.Write(m); err != nil {
			panic(err) // a test that sends what cannot be sent
		}
	}
	a.flush()
}

// send appends a frame to the datagram; mu must be held.
func (a *Autopilot) send(component uint8, m message.Message) {
	before := a.outgoing.Len()
	if err := a.writers[component].Write(m); err != nil {
		panic(err) // a test that sends what cannot be sent
	}
	if a.cfg.Guard == nil {
		return
	}
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(bytes.Clone(a.outgoing.Bytes()[before:])))}
	w := &frame.Writer{ByteWriter: &a.outgoing}
	if err := errors.Join(r.Initialize(), w.Initialize()); err != nil {
		panic(err)
	}
	f, err := r.Read()
	if err != nil {
		panic(err)
	}
	v2, _ := f.(*frame.V2Frame)
	a.cfg.Guard.sign(a.dialect, v2)
	a.outgoing.Truncate(before)
	if err := w.Write(v2); err != nil {
		panic(err)
	}
}

// flush sends the datagram; mu must be held.
func (a *Autopilot) flush() {
	if a.outgoing.Len() > 0 && !a.faults.Silent {
		_, _ = a.conn.Write(a.outgoing.Bytes()) // the station may not listen yet
	}
	a.outgoing.Reset()
}

func (a *Autopilot) listen(ctx context.Context) {
	buf := make([]byte, 64<<10)
	for ctx.Err() == nil {
		conn := a.connection()
		_ = conn.SetReadDeadline(time.Now().Add(time.Second)) // a closed connection says so in Read
		n, err := conn.Read(buf)
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				// The station may not listen yet.
				select {
				case <-ctx.Done():
				case <-time.After(step):
				}
			}
			continue
		}
		a.read(buf[:n])
	}
}

// read takes what came in one go. The reader knows no dialect, so that frames are seen as they are signed.
func (a *Autopilot) read(b []byte) {
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(b))}
	if err := r.Initialize(); err != nil {
		panic(err)
	}
	for {
		f, err := r.Read()
		if err != nil {
			return
		}
		raw, _ := f.GetMessage().(*message.MessageRaw)
		rw := a.dialect.GetMessage(raw.ID)
		if rw == nil || f.GetChecksum() != f.GenerateChecksum(rw.CRCExtra()) || !a.cfg.Guard.check(f) {
			continue
		}
		_, v2 := f.(*frame.V2Frame)
		if m, err := rw.Read(raw, v2); err == nil {
			wholeValue(m, raw)
			a.receive(m, [2]uint8{f.GetSystemID(), f.GetComponentID()})
		}
	}
}

func (a *Autopilot) receive(m message.Message, asker [2]uint8) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asker = asker
	if a.faults.Deaf {
		return
	}
	a.heard = append(a.heard, m)
	switch m := m.(type) {
	case *common.MessageTimesync:
		if m.Tc1 == 0 {
			a.send(autopilotComponent, &common.MessageTimesync{Tc1: time.Since(a.born).Nanoseconds(), Ts1: m.Ts1})
		}
	case *common.MessageCommandLong:
		a.command(m)
	case *common.MessageCommandInt:
		a.commandInt(m)
	case *common.MessageCommandCancel:
		a.cancel(m)
	case *common.MessageSetupSigning:
		if m.TargetSystem == a.cfg.SystemID && !a.armed {
			a.cfg.Guard.setUp(m)
		}
	default:
		a.transferMessage(m)
	}
	a.flush()
}

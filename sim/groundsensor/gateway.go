package groundsensor

import (
	"context"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"vedette/sim/pty"
)

const (
	queueLines   = 64
	writeTimeout = 200 * time.Millisecond
	staleAfter   = 2 * time.Second
)

// gateway is the radio receiver at the command post's serial port: it writes lines to a pseudo-terminal, whose other end the
// station opens as it would a serial device. A serial line keeps nothing for a reader who is not there: lines that
// nobody reads for staleAfter are lost, and counted.
type gateway struct {
	path    string
	master  *os.File
	slave   *os.File // held open so that the line survives a station that closes and opens it again
	queue   chan string
	dropped *atomic.Uint64
	close   sync.Once
}

func openGateway(dropped *atomic.Uint64) (*gateway, error) {
	master, slave, path, err := pty.Open()
	if err != nil {
		return nil, err
	}
	return &gateway{path: path, master: master, slave: slave, queue: make(chan string, queueLines), dropped: dropped}, nil
}

// send queues a line; when the queue is full the oldest goes.
func (g *gateway) send(line string) {
	for {
		select {
		case g.queue <- line:
			return
		default:
		}
		select {
		case <-g.queue:
			g.dropped.Add(1)
		default:
		}
	}
}

// run writes lines until ctx ends and shut is called.
func (g *gateway) run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	// What the station writes to its gateway is read, so that it does not block, and means nothing.
	wg.Go(func() { _, _ = io.Copy(io.Discard, g.master) }) // ends when the terminal is closed
	written := 0                                           // lines since the line was last seen empty
	lastEmpty := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case line := <-g.queue:
			waiting, err := unread(g.slave)
			switch {
			case err != nil || waiting == 0:
				written, lastEmpty = 0, time.Now()
			case time.Since(lastEmpty) > staleAfter:
				if flushUnread(g.slave) == nil {
					g.dropped.Add(uint64(written))
				}
				written, lastEmpty = 0, time.Now()
			}
			if !g.write(line) {
				g.dropped.Add(1)
				continue
			}
			written++
		}
	}
}

func (g *gateway) write(line string) bool {
	if err := g.master.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return false
	}
	_, err := g.master.WriteString(line)
	return err == nil
}

func (g *gateway) shut() {
	g.close.Do(func() {
		_ = g.master.Close() // nothing is left to lose
		_ = g.slave.Close()
	})
}

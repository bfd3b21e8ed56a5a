package live

import (
	"bufio"
	"net"
	"net/http"
	"sync"
	"time"
)

// corkedBytes is the most that a corked connection holds.
const corkedBytes = 64 << 10

// corked is a connection that can hold what is written to it, so that many small messages cost one call of the kernel.
type corked struct {
	net.Conn

	mu      sync.Mutex
	holding bool
	held    []byte
}

// cork makes the connection hold what is written from now on.
func (c *corked) cork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = true
}

// uncork writes what is held, and lets what comes through again.
func (c *corked) uncork() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.holding = false
	return c.flush()
}

// SetWriteDeadline sets when writing fails; not while it holds, since that has its own from before.
func (c *corked) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holding {
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

// Write holds or writes. What was held before an error is lost with the connection.
func (c *corked) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.holding && len(c.held)+len(b) > corkedBytes {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	if !c.holding || len(b) > corkedBytes {
		return c.Conn.Write(b)
	}
	c.held = append(c.held, b...)
	return len(b), nil
}

// flush writes what is held; mu must be locked.
func (c *corked) flush() error {
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

// corker hands out its connection corkable when it is hijacked.
type corker struct {
	http.ResponseWriter

	conn *corked // once it was hijacked
}

func (w *corker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	w.conn = &corked{Conn: conn}
	return w.conn, rw, nil
}

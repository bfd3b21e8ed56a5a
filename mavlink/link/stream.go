package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

const (
	// readTimeout ends a read so that the scanner can give up on half a frame.
	readTimeout = 250 * time.Millisecond
	streamChunk = 4 << 10
	dialTimeout = 5 * time.Second
	// connectionSilence closes a TCP connection on which nothing has come for so long: its far end has
	// gone without saying so.
	connectionSilence = 30 * time.Second
	maxPeers          = 512
)

// runStream serves one stream, which it closes, until it fails or ctx ends. A silence of zero means that the stream
// may be quiet for ever.
func (l *Link) runStream(ctx context.Context, conn net.Conn, remote string, silence time.Duration) error {
	l.opening()
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // wakes the reader; closing twice is harmless
	defer stop()
	p := l.newPeer(remote, func(b []byte) error {
		if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
			return fmt.Errorf("set write deadline: %w", err)
		}
		_, err := conn.Write(b)
		return err
	}, func(err error) { cancel(fmt.Errorf("write: %w", err)) })
	var writer sync.WaitGroup
	writer.Go(func() { p.run(ctx) })
	err := l.readStream(ctx, conn, p, silence)
	cancel(err)
	_ = conn.Close() // wakes a writer
	writer.Wait()
	p.leave()
	return context.Cause(ctx)
}

func (l *Link) readStream(ctx context.Context, conn net.Conn, p *Peer, silence time.Duration) error {
	r := l.newReceiver()
	chunk := make([]byte, streamChunk)
	for {
		if err := conn.SetReadDeadline(time.Now().Add(readTimeout)); err != nil {
			return fmt.Errorf("set read deadline: %w", err)
		}
		n, err := conn.Read(chunk)
		r.stream(p, chunk[:n])
		if l.garbled() {
			return errGarbled
		}
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return fmt.Errorf("read: %w", err)
		case silence > 0 && !l.cfg.Silent && p.silentFor(time.Now()) > silence:
			return fmt.Errorf("nothing heard for %v", silence)
		}
	}
}

func (l *Link) talkTCP(ctx context.Context) error {
	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", l.cfg.TCPClient)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	return l.runStream(ctx, conn, l.cfg.TCPClient, connectionSilence)
}

func (l *Link) serveTCP(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", l.cfg.TCPServer)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() }) // wakes Accept
	defer stop()
	l.opening()
	l.setAddr(listener.Addr())
	defer l.setAddr(nil)
	defer func() { _ = listener.Close() }()
	var streams sync.WaitGroup
	defer streams.Wait()
	defer cancel()
	for {
		conn, err := listener.Accept()
		if err != nil {
			return fmt.Errorf("accept: %w", err)
		}
		if l.ends() >= maxPeers {
			l.refused.Add(1)
			_ = conn.Close() // refused: nothing was said on it
			continue
		}
		streams.Go(func() {
			remote := conn.RemoteAddr().String()
			if err := l.runStream(ctx, conn, remote, connectionSilence); ctx.Err() == nil {
				l.log.Info("connection ended", "remote", remote, "reason", err)
			}
		})
	}
}

package ui

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	headerTimeout = 5 * time.Second
	readTimeout   = 20 * time.Second
	writeTimeout  = 90 * time.Second // longer than any command takes
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
	graceful      = 1500 * time.Millisecond // for requests under way when the server stops
)

// secured marks a listener that speaks TLS.
type secured struct{ net.Listener }

// Secure puts TLS 1.2 or newer in front of a listener.
func Secure(l net.Listener, cfg *tls.Config) net.Listener {
	cfg = cfg.Clone()
	cfg.MinVersion = max(cfg.MinVersion, tls.VersionTLS12)
	cfg.NextProtos = []string{"http/1.1"} // the live socket needs it
	return secured{tls.NewListener(l, cfg)}
}

// Serve runs the server on a listener until the context is done, then closes the live sockets and lets requests under
// way end, within two seconds. Plain HTTP is served on loopback only; anywhere else the listener must come from Secure.
func Serve(ctx context.Context, s *Server, l net.Listener) error {
	if err := mayServe(l); err != nil {
		return errors.Join(err, l.Close())
	}
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelDebug),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ran := make(chan error, 1)
	served := make(chan error, 1)
	go func() { ran <- s.Run(ctx) }()
	go func() {
		served <- server.Serve(l)
		stop()
	}()
	<-ctx.Done()
	runErr := <-ran // first: requests that wait for a vehicle end with it
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		_ = server.Close() // what is left is cut off
	}
	serveErr := <-served
	if errors.Is(serveErr, http.ErrServerClosed) {
		serveErr = nil
	} else {
		serveErr = fmt.Errorf("serve HTTP: %w", serveErr)
	}
	return errors.Join(serveErr, runErr)
}

// mayServe refuses plain HTTP where others could listen in.
func mayServe(l net.Listener) error {
	if _, tls := l.(secured); tls {
		return nil
	}
	if a, is := l.Addr().(*net.TCPAddr); is && !a.IP.IsLoopback() {
		return fmt.Errorf("plain HTTP on %s: passwords and commands could be read and changed on the way; configure tls, or listen on 127.0.0.1", a)
	}
	return nil
}

package loadtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"
)

// relayEnv makes the test binary stand in for a relay: "ours" or "plain". cameraEnv is the camera's address.
const (
	relayEnv  = "VEDETTE_LOADTEST_RELAY"
	cameraEnv = "VEDETTE_LOADTEST_CAMERA"
)

func TestMain(m *testing.M) {
	kind := os.Getenv(relayEnv)
	if kind == "" {
		os.Exit(m.Run())
	}
	if err := standIn(kind, os.Getenv(cameraEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// relay answers offers.
type relay interface {
	watch(ctx context.Context, offer string) (answer string, err error)
	run(ctx context.Context) error
}

// standIn serves a relay until it is told to end. It prints its address when it can be asked.
func standIn(kind, camera string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var r relay
	var err error
	if kind == "plain" {
		r = newPlain(camera)
	} else if r, err = newOurs(camera); err != nil {
		return err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		offer, err := io.ReadAll(io.LimitReader(q.Body, 1<<20))
		if err == nil {
			var answer string
			if answer, err = r.watch(q.Context(), string(offer)); err == nil {
				_, _ = io.WriteString(w, answer) // the viewer sees that it is cut
				return
			}
		}
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	})}
	go func() {
		<-ctx.Done()
		_ = server.Close() // the process ends
	}()
	go func() { _ = server.Serve(l) }() // it says that it was closed
	if err := json.NewEncoder(os.Stdout).Encode("http://" + l.Addr().String()); err != nil {
		return err
	}
	return r.run(ctx)
}

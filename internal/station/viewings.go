package station

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"vedette/internal/access"
)

// recordWait bounds how long the record of an end may take: a viewer that went has nobody who waits for it.
const recordWait = 5 * time.Second

// viewings has on record who watches which feed, from when to when, whatever they watch with.
type viewings struct {
	access *access.Access
	log    *slog.Logger
}

// viewing is one of them. Its end may be told before its beginning is recorded, and is recorded after it all the same.
type viewing struct {
	of    *viewings
	ready chan struct{} // closed when begin has been called, or will not be
	once  sync.Once

	v     access.Viewing // set before ready closes
	begun bool           // likewise
}

func (v *viewings) prepare(w access.Viewing) *viewing {
	return &viewing{of: v, v: w, ready: make(chan struct{})}
}

// begin records the beginning of the viewing of a session; it is on disk when this returns.
func (v *viewing) begin(ctx context.Context, session string) error {
	v.v.ID, v.v.From = session, time.Now()
	if err := v.of.access.BeginViewing(ctx, v.v); err != nil {
		return err
	}
	v.begun = true
	return nil
}

// settled tells that begin has been called, or will not be. It may be called twice.
func (v *viewing) settled() { v.once.Do(func() { close(v.ready) }) }

// end records the end, where there was a beginning.
func (v *viewing) end() {
	to := time.Now()
	<-v.ready
	if !v.begun {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordWait)
	defer cancel()
	if err := v.of.access.EndViewing(ctx, v.v, to); err != nil {
		v.of.log.Error("the end of a viewing cannot be recorded", "feed", v.v.Feed, "who", v.v.Who.Name, "error", err)
	}
}

package main

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"vedette/sim/impair"
	"vedette/ui/api"
)

// TestStationKilledInAnUpload kills the station in the middle of a mission upload. The next one finds out by itself what the
// vehicle holds and says so; until then it says that it does not know.
func TestStationKilledInAnUpload(t *testing.T) {
	t.Parallel()
	r := newRig(t, impair.Profile{Delay: 60 * time.Millisecond})
	old := r.planFor(5)
	if got := r.call("PUT", "/vehicles/1/mission", old, nil); got != 200 {
		t.Fatalf("the first mission: %d", got)
	}
	plan := r.planFor(200)
	// The answer never comes: the connection breaks with the station.
	cut, cancel := context.WithCancel(t.Context())
	defer cancel()
	upload := make(chan struct{})
	go func() {
		defer close(upload)
		r.abandoned(cut, "PUT", "/vehicles/1/mission", plan)
	}()
	r.until(30*time.Second, "the middle of the upload", func() bool {
		v, ok := r.vehicle()
		return ok && v.Transfer != nil && v.Transfer.Upload && v.Transfer.Done > 20
	})
	if err := r.station.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-r.station.ended; err == nil {
		t.Error("the station ended well, so it was not killed")
	} else if exit := new(exec.ExitError); !errors.As(err, &exit) {
		t.Error(err)
	}
	<-upload
	r.start()
	var note string
	r.until(60*time.Second, "what became of the upload", func() bool {
		v, ok := r.vehicle()
		for _, p := range v.Plans {
			if ok && p.Kind == "mission" {
				note = p.Note
				return note != "" && !p.Unknown
			}
		}
		return false
	})
	t.Log(note)
	if !strings.Contains(note, "was cut") || !strings.Contains(note, "old plan, 5 items") {
		t.Errorf("the operator is told %q", note)
	}
	var stored api.Mission
	if got := r.call("GET", "/vehicles/1/mission", nil, &stored); got != 200 {
		t.Fatalf("download: %d", got)
	}
	r.sameMission(old, stored)
}

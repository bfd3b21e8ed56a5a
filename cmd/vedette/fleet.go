package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"vedette/internal/geo"
	"vedette/sim/fleet"
)

func runFleet(ctx context.Context, env environment, args []string) error {
	fs := newFlags("fleet")
	vehicles := fs.Int("vehicles", 50, "`number` of vehicles")
	firstID := fs.Int("first-id", 1, "system `id` of the first")
	rate := fs.Float64("rate", 60, "messages a `second` from each")
	packed := fs.Int("frames-per-datagram", 1, "`frames` in each datagram")
	station := fs.String("mavlink", "udp:127.0.0.1:14550", "the station, as `udp:HOST:PORT`")
	length := fs.Duration("for", 0, "end after this `time` (default: run until stopped)")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	address, ok := strings.CutPrefix(*station, "udp:")
	if !ok {
		return usagef("--mavlink %s: must read udp:HOST:PORT", *station)
	}
	f, err := fleet.New(fleet.Config{
		Station: address, Vehicles: *vehicles, FirstID: *firstID, RateHz: *rate, FramesPerDatagram: *packed,
		Around: geo.LatLon{Lat: -35.363, Lon: 149.165},
	})
	if err != nil {
		return usageError{err}
	}
	if *length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *length)
		defer cancel()
	}
	err = runTogether(ctx, f.Run, func(ctx context.Context) error { return tellLoad(ctx, env, f) })
	if err != nil {
		return err
	}
	// The last line is for scripts: what was sent in all.
	if err := json.NewEncoder(env.out).Encode(f.Stats()); err != nil {
		return fmt.Errorf("print the counters: %w", err)
	}
	return nil
}

// tellLoad says every ten seconds how it goes.
func tellLoad(ctx context.Context, env environment, f *fleet.Fleet) error {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	log := newLog(env.errOut)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			s := f.Stats()
			log.Info("fleet", "frames", s.Frames, "datagrams", s.Datagrams, "late", s.Late, "sendErrors", s.SendErrors, "commands", s.Commands)
		}
	}
}

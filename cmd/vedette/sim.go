package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"vedette/sim"
)

func runSim(ctx context.Context, env environment, args []string) (err error) {
	fs := newFlags("sim")
	scenario := fs.String("scenario", "crossing", "scenario `name` or file")
	seed := fs.Int64("seed", 1, "`seed` of everything that chance decides")
	mavlink := fs.String("mavlink", "udp:127.0.0.1:14550", "stations to send MAVLink to, as `udp:HOST:PORT`, separated by commas")
	rtsp := fs.String("rtsp", "127.0.0.1:8554", "`address` of the cameras' RTSP server")
	shake := fs.String("shake", "127.0.0.1:8888", "`address` that the geophones send to")
	dem := fs.String("dem", "dem", "`folder` for the terrain tile that a station reads")
	truthPath := fs.String("truth", "", "`file` for the truth as JSON lines; - is standard output")
	configPath := fs.String("station-config", "", "`file` to write a station's configuration for this simulation to")
	length := fs.Duration("for", 0, "end after this `time` (default: run until stopped)")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	if err := os.MkdirAll(*dem, 0o750); err != nil {
		return usageError{fmt.Errorf("make the terrain folder: %w", err)}
	}
	var truth io.Writer
	switch *truthPath {
	case "":
	case "-":
		truth = env.out
	default:
		f, createErr := os.Create(*truthPath)
		if createErr != nil {
			return usageError{createErr}
		}
		buffered := bufio.NewWriter(f)
		defer func() {
			flushErr, closeErr := buffered.Flush(), f.Close()
			if err == nil && (flushErr != nil || closeErr != nil) {
				err = fmt.Errorf("write %s: %w", *truthPath, firstOf(flushErr, closeErr))
			}
		}()
		truth = buffered
	}
	targets := strings.Split(*mavlink, ",")
	s, err := sim.New(sim.Config{
		Scenario: *scenario, Seed: *seed, MAVLink: targets, RTSP: *rtsp, ShakeUDP: *shake, DEMDir: *dem,
		Truth: truth, Log: newLog(env.errOut),
	})
	if err != nil {
		return usageError{fmt.Errorf("build the simulator: %w", err)}
	}
	layout := s.Layout()
	if *configPath != "" {
		terrain, err := filepath.Abs(*dem)
		if err != nil {
			return fmt.Errorf("find the terrain folder: %w", err)
		}
		if _, err := writeSimConfig(*configPath, layout, strings.TrimPrefix(targets[0], "udp:"), *shake, terrain); err != nil {
			return err
		}
	}
	if *truthPath != "-" {
		if _, err := fmt.Fprintf(env.out, "cameras: rtsp://%s/VEHICLE/thermal and /eo\nsensor gateway: %s\n", layout.RTSPAddr, layout.GatewayDevice); err != nil {
			return fmt.Errorf("print the layout: %w", err)
		}
	}
	if *length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *length)
		defer cancel()
	}
	return runTogether(ctx, s.Run)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"vedette/sim"
	"vedette/sim/copter"
)

func runSim(ctx context.Context, env environment, args []string) (err error) {
	fs := newFlags("sim")
	scenario := fs.String("scenario", "crossing", "scenario `name` or file")
	seed := fs.Int64("seed", 1, "`seed` of everything that chance decides")
	mavlink := fs.String("mavlink", "udp:127.0.0.1:14550", "stations, separated by commas: `udp:HOST:PORT` is reported to, tcp:HOST:PORT is called, udpin: and tcpin: wait (10 ports further for each drone), serial:DEVICE[:BAUD]")
	loss := fs.Float64("loss", 0, "`percent` of the drones' datagrams that are lost, each way")
	duplicate := fs.Float64("duplicate", 0, "`percent` of the datagrams that come twice")
	delay := fs.Duration("delay", 0, "`time` that every datagram takes, each way")
	jitter := fs.Duration("jitter", 0, "`time` that is added to the delay at most, at random")
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
	if !(*loss >= 0 && *loss <= 100 && *duplicate >= 0 && *duplicate <= 100 && *delay >= 0 && *jitter >= 0) {
		return usageError{errors.New("--loss and --duplicate are percentages, --delay and --jitter times")}
	}
	targets := strings.Split(*mavlink, ",")
	s, err := sim.New(sim.Config{
		Scenario: *scenario, Seed: *seed, MAVLink: targets, RTSP: *rtsp, ShakeUDP: *shake, DEMDir: *dem,
		Truth: truth, Log: newLog(env.errOut),
		Impair: copter.Impairment{LossPct: *loss, DuplicatePct: *duplicate, Delay: *delay, Jitter: *jitter},
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
		if _, err := writeSimConfig(*configPath, layout, reportedTo(targets), *shake, terrain); err != nil {
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

// reportedTo is the address of the first station that the drones report to by UDP.
func reportedTo(targets []string) string {
	for _, t := range targets {
		if addr, ok := strings.CutPrefix(t, "udp:"); ok {
			return addr
		}
	}
	return "127.0.0.1:14550"
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/goccy/go-yaml"

	"vedette/internal/config"
	"vedette/internal/station"
	"vedette/sim"
)

func runDemo(ctx context.Context, env environment, args []string) error {
	fs := newFlags("demo")
	listen := fs.String("listen", "127.0.0.1:8080", "`address` of the console and API")
	data := fs.String("data", "", "`folder` of the record (default: a temporary one, removed at the end)")
	scenario := fs.String("scenario", "crossing", "scenario `name` or file")
	seed := fs.Int64("seed", 1, "`seed` of everything that chance decides")
	length := fs.Duration("for", 0, "end after this `time` (default: run until stopped)")
	token := fs.String("token", "", "bearer `token` with every right while the demo runs (or the variable "+tokenVariable+")")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	dir := *data
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "vedette-demo-"); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
		defer func() { _ = os.RemoveAll(dir) }() // a temporary folder that is left behind does no harm
	} else if err := os.MkdirAll(dir, 0o750); err != nil {
		return usageError{fmt.Errorf("make the data folder: %w", err)}
	}

	dir, err := filepath.Abs(dir) // the paths in the configuration count from it otherwise
	if err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	d, err := newDemo(ctx, env, demoConfig{dir: dir, listen: *listen, scenario: *scenario, seed: *seed, token: tokenOr(env, *token)})
	if err != nil {
		return err
	}
	if *length > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *length)
		defer cancel()
	}
	err = runTogether(ctx, d.sim.Run, d.station.Run, announce(env, d.station))
	if closeErr := d.truth.Close(); closeErr != nil {
		err = errors.Join(err, fmt.Errorf("write the truth log: %w", closeErr))
	}
	return err
}

type demoConfig struct {
	dir, listen, scenario string
	seed                  int64
	token                 string
}

// demo is a simulator and a station in one process that meet only on loopback sockets, a pseudo-terminal and the files of
// the data folder, as they would across a network.
type demo struct {
	sim     *sim.Sim
	station *station.Station
	truth   *os.File
}

func newDemo(ctx context.Context, env environment, cfg demoConfig) (d *demo, err error) {
	mavlinkAddr, err := freeUDPAddr(ctx)
	if err != nil {
		return nil, err
	}
	shakeAddr, err := freeUDPAddr(ctx)
	if err != nil {
		return nil, err
	}
	terrain := filepath.Join(cfg.dir, "dem")
	if err := os.MkdirAll(terrain, 0o750); err != nil {
		return nil, fmt.Errorf("make the terrain folder: %w", err)
	}
	truth, err := os.Create(filepath.Join(cfg.dir, "truth.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("make the truth log: %w", err)
	}
	s, err := sim.New(sim.Config{
		Scenario: cfg.scenario,
		Seed:     cfg.seed,
		MAVLink:  []string{"udp:" + mavlinkAddr},
		RTSP:     "127.0.0.1:0",
		ShakeUDP: shakeAddr,
		DEMDir:   terrain,
		Truth:    truth,
		Log:      newLog(env.errOut).With("part", "sim"),
	})
	if err != nil {
		return nil, errors.Join(usageError{fmt.Errorf("build the simulator: %w", err)}, truth.Close())
	}
	defer func() {
		if err != nil {
			s.Close()
			err = errors.Join(err, truth.Close())
		}
	}()
	file, err := writeSimConfig(filepath.Join(cfg.dir, "vedette.yaml"), s.Layout(), mavlinkAddr, shakeAddr, terrain)
	if err != nil {
		return nil, err
	}
	st, err := newStation(ctx, env, station.Config{File: file, DataDir: cfg.dir, Listen: cfg.listen, Token: cfg.token, Demo: true})
	if err != nil {
		return nil, err
	}
	return &demo{sim: s, station: st, truth: truth}, nil
}

// writeSimConfig writes the configuration of a station for a simulator's layout and reads it back, as a user's would be.
func writeSimConfig(path string, layout sim.Layout, mavlinkAddr, shakeAddr, terrain string) (config.Config, error) {
	text, err := yaml.MarshalWithOptions(simConfig(layout, mavlinkAddr, shakeAddr, terrain), yaml.Indent(2))
	if err != nil {
		return config.Config{}, fmt.Errorf("write the configuration: %w", err)
	}
	text = append([]byte("# Written by Vedette for its simulator, "+time.Now().UTC().Format(time.RFC3339)+".\n"), text...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return config.Config{}, fmt.Errorf("write the configuration: %w", err)
	}
	return config.Load(path)
}

// simConfig is the configuration of a station that stands in a simulated sector.
func simConfig(layout sim.Layout, mavlinkAddr, shakeAddr, terrain string) config.Config {
	cfg := config.Config{
		Station: config.Station{ID: "post-1", Name: "Post 1 (simulated sector)", Position: &layout.Position},
		Links:   []config.Link{{Name: "lan", UDPServer: mavlinkAddr}},
		Gateways: []config.Gateway{
			{Name: "shake", UDP: shakeAddr, Protocol: "raspberry-shake"},
		},
		Zones: []config.Zone{
			{ID: "border", Name: "Border line (fictional)", Kind: "border", Points: layout.Border},
		},
		Terrain: config.Terrain{Folder: terrain},
	}
	if layout.GatewayDevice != "" { // a world without such sensors has none
		cfg.Gateways = append(cfg.Gateways, config.Gateway{
			Name: "north", Serial: &config.SerialPort{Device: layout.GatewayDevice, Baud: 115200}, Protocol: "vedette-line",
		})
	}
	for _, s := range layout.Sensors {
		sensor := config.Sensor{
			ID: s.ID, Kind: string(s.Kind), Position: &s.LatLon,
			AzimuthDeg: s.AzimuthDeg, FOVDeg: s.FOVDeg, RangeM: s.RangeM,
			Gateway: s.Gateway, Address: s.Address, Channel: s.Channel,
		}
		if len(s.Line) == 2 && s.Line[0] != s.Line[1] {
			sensor.Line = s.Line[:]
		}
		cfg.Sensors = append(cfg.Sensors, sensor)
	}
	return cfg
}

// freeUDPAddr is a loopback address with a UDP port that nobody uses.
func freeUDPAddr(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(ctx, "udp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = conn.Close() }() // nothing was written
	return conn.LocalAddr().String(), nil
}

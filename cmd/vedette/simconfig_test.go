package main

import (
	"path/filepath"
	"testing"

	"vedette/internal/geo"
	"vedette/sim"
)

// TestTheStationOfAWorldWithoutASerialGateway: what the simulator writes for a station must be what a station reads.
func TestTheStationOfAWorldWithoutASerialGateway(t *testing.T) {
	t.Parallel()
	for device, want := range map[string]int{"": 1, "/dev/pts/9": 2} {
		dir := t.TempDir()
		layout := sim.Layout{GatewayDevice: device, Border: []geo.LatLon{{Lat: -35.36, Lon: 149.16}, {Lat: -35.36, Lon: 149.17}}}
		cfg, err := writeSimConfig(filepath.Join(dir, "vedette.yaml"), layout, "127.0.0.1:14550", "127.0.0.1:8888", dir)
		if err != nil || len(cfg.Gateways) != want {
			t.Errorf("device %q: %d gateways, %v", device, len(cfg.Gateways), err)
		}
	}
}

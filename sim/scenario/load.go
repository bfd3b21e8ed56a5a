package scenario

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Default is the name of the scenario that is flown when none is asked for.
const Default = "crossing"

// largestFile limits what is read from a scenario file.
const largestFile = 1 << 20

// Names lists the built-in scenarios.
func Names() []string {
	entries, err := fs.ReadDir(builtin, "builtin")
	if err != nil {
		return nil // cannot be: the folder is part of the binary
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Load gives the built-in scenario of a name, or reads the file of that name. An empty name means Default.
func Load(nameOrFile string) (*Scenario, error) {
	if nameOrFile == "" {
		nameOrFile = Default
	}
	if raw, err := builtin.ReadFile(path.Join("builtin", nameOrFile+".yaml")); err == nil {
		return Parse(raw)
	}
	info, err := os.Stat(nameOrFile)
	if err != nil {
		return nil, fmt.Errorf("scenario %q is neither built in (%s) nor a file: %w", nameOrFile, strings.Join(Names(), ", "), err)
	}
	if info.Size() > largestFile {
		return nil, fmt.Errorf("scenario file %s: larger than %d bytes", nameOrFile, largestFile)
	}
	raw, err := os.ReadFile(nameOrFile)
	if err != nil {
		return nil, fmt.Errorf("read scenario: %w", err)
	}
	s, err := Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("scenario file %s: %w", nameOrFile, err)
	}
	return s, nil
}

// Parse decodes a scenario strictly (an unknown key is an error with its line), fills in the defaults and checks it;
// all problems are reported at once.
func Parse(raw []byte) (*Scenario, error) {
	if len(raw) > largestFile {
		return nil, fmt.Errorf("scenario: larger than %d bytes", largestFile)
	}
	var s Scenario
	dec := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict())
	if err := dec.Decode(&s); err != nil {
		return nil, fmt.Errorf("decode scenario: %w", err)
	}
	s.fillIn()
	if err := errors.Join(s.problems()...); err != nil {
		return nil, err
	}
	return &s, nil
}

func orDefault(v *float64, def float64) {
	if *v == 0 {
		*v = def
	}
}

// fillIn sets what was left out; the values are documented at the fields.
func (s *Scenario) fillIn() {
	speeds := map[string]float64{"person": 1.4, "vehicle": 8, "animal": 1}
	gaits := map[string]float64{"person": 1.9, "animal": 2.6}
	temps := map[string]float64{"person": 30, "vehicle": 38, "animal": 28}
	for i := range s.Objects {
		o := &s.Objects[i]
		orDefault(&o.SpeedMS, speeds[o.Class])
		orDefault(&o.GaitHz, gaits[o.Class])
		orDefault(&o.TempC, temps[o.Class])
		orDefault(&o.SpacingM, 2.5)
		o.Count = max(o.Count, 1)
	}
	for i := range s.Animals {
		a := &s.Animals[i]
		a.Count = max(a.Count, 1)
		orDefault(&a.RadiusM, 100)
		orDefault(&a.SpeedMS, 1)
		orDefault(&a.LengthM, 1.2)
		orDefault(&a.HeightM, 0.9)
	}
	for i := range s.Sensors {
		x := &s.Sensors[i]
		switch x.Kind {
		case "seismic":
			orDefault(&x.RangeM, 25)
		case "pir":
			orDefault(&x.RangeM, 30)
			orDefault(&x.FOVDeg, 60)
		}
		if x.Gateway == "shake" && x.Channel == "" {
			x.Channel = "EHZ"
		}
	}
	for i := range s.Drones {
		d := &s.Drones[i]
		orDefault(&d.AltitudeAGL, 70)
		orDefault(&d.SpeedMS, 7)
		orDefault(&d.BatteryPct, 100)
	}
}

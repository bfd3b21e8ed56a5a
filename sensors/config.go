package sensors

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"vedette/internal/serialport"
)

// The protocols of gateways.
const (
	ProtocolLine  = "vedette-line"    // serial (or UDP), one line an event
	ProtocolShake = "raspberry-shake" // UDP, waveform
)

// Config is all that a Service needs.
type Config struct {
	Sensors  []SensorConfig
	Gateways []GatewayConfig
	// Log hears about bad messages, at most once a minute for each gateway; nil is silent.
	Log *slog.Logger
	// Now is the clock, time.Now when nil.
	Now func() time.Time
}

// SensorConfig describes one sensor as it was placed.
type SensorConfig struct {
	ID   string
	Kind Kind
	// Lat and Lon are its place on WGS 84 in degrees; of a beam the middle of its line when both are zero.
	Lat, Lon float64
	// Line is a beam's end points a and b, which the details L2R and R2L refer to.
	Line *[2]LatLon
	// AzimuthDeg (clockwise from true north) and FOVDeg are the sector of a PIR.
	AzimuthDeg, FOVDeg float64
	// RangeM is the reach in metres for a walking person: by default 40 (seismic), 12 (PIR), 2 (beam, from its line).
	RangeM float64
	// Gateway names the gateway that it is heard through; empty: any one.
	Gateway string
	// Address is the sender of a Raspberry Shake's datagrams, "IP" or "IP:port"; an IP alone means any port.
	Address string
	// Channel is the Raspberry Shake channel listened to, EHZ by default.
	Channel string
	// SilentAfter is how long it may say nothing before it counts as silent: by default 3 minutes, Shakes 10 s.
	SilentAfter time.Duration
}

// GatewayConfig describes where messages come in. Exactly one of Serial and UDP is set.
type GatewayConfig struct {
	Name   string
	Serial *serialport.Config
	// UDP is the address to listen at, such as ":8888".
	UDP string
	// Protocol is ProtocolLine or ProtocolShake; by default the first for serial and the second for UDP gateways.
	Protocol string
}

const (
	defaultSilent      = 3 * time.Minute
	defaultSilentShake = 10 * time.Second
	defaultChannel     = "EHZ"
)

func defaultRangeM(kind Kind) float64 {
	switch kind {
	case Seismic:
		return 40
	case PIR:
		return 12
	default:
		return 2
	}
}

// withDefaults gives a copy with every default filled in.
func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Gateways = slices.Clone(c.Gateways)
	for i := range c.Gateways {
		g := &c.Gateways[i]
		if g.Protocol == "" && g.Serial != nil {
			g.Protocol = ProtocolLine
		} else if g.Protocol == "" {
			g.Protocol = ProtocolShake
		}
	}
	c.Sensors = slices.Clone(c.Sensors)
	for i := range c.Sensors {
		c.Sensors[i] = c.Sensors[i].withDefaults()
	}
	return c
}

func (s SensorConfig) withDefaults() SensorConfig {
	if s.RangeM == 0 {
		s.RangeM = defaultRangeM(s.Kind)
	}
	if s.Line != nil && s.Lat == 0 && s.Lon == 0 {
		s.Lat, s.Lon = (s.Line[0].Lat+s.Line[1].Lat)/2, (s.Line[0].Lon+s.Line[1].Lon)/2
	}
	if s.Address != "" && s.Channel == "" {
		s.Channel = defaultChannel
	}
	switch {
	case s.SilentAfter != 0:
	case s.Address != "":
		s.SilentAfter = defaultSilentShake
	default:
		s.SilentAfter = defaultSilent
	}
	return s
}

// validate reports every problem at once, each with its path in the configuration.
func (c Config) validate() error {
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	gateways := map[string]bool{}
	for i, g := range c.Gateways {
		at := fmt.Sprintf("gateways[%d]", i)
		if g.Name == "" || gateways[g.Name] {
			add("%s.name: %q is empty or used twice", at, g.Name)
		}
		gateways[g.Name] = true
		if (g.Serial == nil) == (g.UDP == "") {
			add("%s: give either serial or udp", at)
		}
		switch {
		case g.Protocol != ProtocolLine && g.Protocol != ProtocolShake:
			add("%s.protocol: %q is neither %q nor %q", at, g.Protocol, ProtocolLine, ProtocolShake)
		case g.Protocol == ProtocolShake && g.Serial != nil:
			add("%s.protocol: %s comes over udp only", at, ProtocolShake)
		}
	}
	ids := map[string]bool{}
	senders := map[string]string{}
	for i, s := range c.Sensors {
		at := fmt.Sprintf("sensors[%d]", i)
		if s.ID == "" || ids[s.ID] {
			add("%s.id: %q is empty or used twice", at, s.ID)
		}
		ids[s.ID] = true
		for _, problem := range s.problems() {
			add("%s.%s", at, problem)
		}
		if s.Gateway != "" && !gateways[s.Gateway] {
			add("%s.gateway: no gateway is called %q", at, s.Gateway)
		}
		if s.Address != "" {
			sender := s.Gateway + " " + s.Address + " " + s.Channel
			if other := senders[sender]; other != "" {
				add("%s.address: %s listens to the same sender and channel", at, other)
			}
			senders[sender] = s.ID
		}
	}
	return errors.Join(problems...)
}

func (s SensorConfig) problems() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if s.Kind != Seismic && s.Kind != PIR && s.Kind != Beam {
		add("kind: %q is none of %q, %q, %q", s.Kind, Seismic, PIR, Beam)
	}
	if !(LatLon{Lat: s.Lat, Lon: s.Lon}).Valid() {
		add("position: %v, %v is no place in degrees", s.Lat, s.Lon)
	}
	if s.Kind == Beam && (s.Line == nil || !s.Line[0].Valid() || !s.Line[1].Valid()) {
		add("line: a beam needs its two end points")
	}
	if !(s.FOVDeg >= 0 && s.FOVDeg <= 360) {
		add("fovDeg: %v is not within 0 to 360", s.FOVDeg)
	}
	if !(s.AzimuthDeg >= -360 && s.AzimuthDeg <= 360) {
		add("azimuthDeg: %v is not within -360 to 360", s.AzimuthDeg)
	}
	if !(s.RangeM > 0) {
		add("rangeM: %v is not above 0", s.RangeM)
	}
	if s.SilentAfter < 0 {
		add("silentAfter: %v is below 0", s.SilentAfter)
	}
	if s.Address != "" {
		if s.Kind != Seismic {
			add("address: only seismic sensors have one")
		}
		if _, err := parseSender(s.Address); err != nil {
			add("address: %v", err)
		}
	}
	return out
}

// parseSender reads "IP" (port 0: any) or "IP:port".
func parseSender(text string) (netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), 0), nil
	}
	sender, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%q is neither an IP address nor IP:port", text)
	}
	return netip.AddrPortFrom(sender.Addr().Unmap(), sender.Port()), nil
}

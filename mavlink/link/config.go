package link

import (
	"errors"
	"fmt"
	"net"
)

// Config names one link. Exactly one of the transports must be given.
type Config struct {
	// Name is what logs, counters and vehicles call the link.
	Name string
	// Serial is a radio or an autopilot at a serial port.
	Serial *SerialConfig
	// UDPServer is the address to listen on, as ":14550"; every sender becomes a peer.
	UDPServer string
	// UDPClient is the address to talk to, as "10.0.0.5:14550".
	UDPClient string
	// UDPBroadcast is the address to call into a network, as "255.255.255.255:14550"; whoever answers becomes a peer.
	UDPBroadcast string
	// TCPServer is the address to listen on; every connection becomes a peer.
	TCPServer string
	// TCPClient is the address to connect to, again and again.
	TCPClient string
	// Silent says that the far end may hear for ever and say nothing: it is not taken for gone.
	Silent bool
	// Replay is a recording that stands in for vehicles.
	Replay *ReplayConfig
	// Trusted marks a link that nobody else can reach, as a cable: only there keys are handed to vehicles, and unsigned
	// frames are taken from a vehicle that has a key.
	Trusted bool
	// Profile is what of a vehicle's messages is wanted on the link; empty is what fits its bandwidth.
	Profile Profile
	// Priority orders the links of a vehicle that is heard on several: one with a higher number is preferred while it works.
	Priority int
	// BytesPerSecond is the bandwidth each way that we keep below; 0 is that of the serial speed, and no limit elsewhere.
	BytesPerSecond float64
}

// SerialConfig is a serial port.
type SerialConfig struct {
	// Device is the path, best one below /dev/serial/by-id.
	Device string
	// Baud is the speed in bits a second; 0 is found by listening for a heartbeat.
	Baud int
}

const (
	defaultBaud = 57600
	// bitsPerByte on a serial line: start bit, eight data bits, stop bit.
	bitsPerByte = 10
	// usable is what of a serial line's speed is used, so that clocks that differ do not fill the buffers between.
	usable = 0.97

	minBytesPerSecond, maxBytesPerSecond = 100, 1_000_000_000
)

func serialBandwidth(baud int) float64 { return usable * float64(baud) / bitsPerByte }

// bandwidth is what the configuration says of it, in bytes a second; 0 is no limit.
func (c Config) bandwidth() float64 {
	switch {
	case c.BytesPerSecond > 0 || c.Serial == nil:
		return c.BytesPerSecond
	case c.Serial.Baud == 0:
		return serialBandwidth(defaultBaud)
	default:
		return serialBandwidth(c.Serial.Baud)
	}
}

// Validate reports everything that is wrong with the link.
func (c Config) Validate() error {
	var problems []error
	if c.Name == "" {
		problems = append(problems, errors.New("name: missing"))
	}
	transports := 0
	for _, t := range []struct{ key, address string }{
		{"udpServer", c.UDPServer}, {"udpClient", c.UDPClient}, {"udpBroadcast", c.UDPBroadcast}, {"tcpServer", c.TCPServer}, {"tcpClient", c.TCPClient},
	} {
		if t.address == "" {
			continue
		}
		transports++
		if _, _, err := net.SplitHostPort(t.address); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", t.key, err))
		}
	}
	if c.Serial != nil {
		transports++
		if c.Serial.Device == "" {
			problems = append(problems, errors.New("serial.device: missing"))
		}
		if c.Serial.Baud < 0 {
			problems = append(problems, fmt.Errorf("serial.baud: %d is no speed", c.Serial.Baud))
		}
	}
	if c.BytesPerSecond != 0 && !(c.BytesPerSecond >= minBytesPerSecond && c.BytesPerSecond <= maxBytesPerSecond) {
		problems = append(problems, fmt.Errorf("bytesPerSecond: %v is not between %d and %d", c.BytesPerSecond, minBytesPerSecond, maxBytesPerSecond))
	}
	if c.Replay != nil {
		transports++
		problems = append(problems, c.Replay.problems()...)
	}
	if err := c.Profile.validate(); err != nil {
		problems = append(problems, err)
	}
	if transports != 1 {
		problems = append(problems, fmt.Errorf("exactly one of serial, udpServer, udpClient, udpBroadcast, tcpServer, tcpClient, replay must be given, not %d", transports))
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("link %q: %w", c.Name, errors.Join(problems...))
}

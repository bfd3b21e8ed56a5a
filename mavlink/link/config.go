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
	// TCPServer is the address to listen on; every connection becomes a peer.
	TCPServer string
	// TCPClient is the address to connect to, again and again.
	TCPClient string
	// Trusted marks a link that nobody else can reach, as a cable: only there keys are handed to vehicles, and unsigned
	// frames are taken from a vehicle that has a key.
	Trusted bool
}

// SerialConfig is a serial port.
type SerialConfig struct {
	// Device is the path, best one below /dev/serial/by-id.
	Device string
	// Baud is the speed in bits a second; 0 is 57600.
	Baud int
}

// Validate reports everything that is wrong with the link.
func (c Config) Validate() error {
	var problems []error
	if c.Name == "" {
		problems = append(problems, errors.New("name: missing"))
	}
	transports := 0
	for _, t := range []struct{ key, address string }{
		{"udpServer", c.UDPServer}, {"udpClient", c.UDPClient}, {"tcpServer", c.TCPServer}, {"tcpClient", c.TCPClient},
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
	if transports != 1 {
		problems = append(problems, fmt.Errorf("exactly one of serial, udpServer, udpClient, tcpServer, tcpClient must be given, not %d", transports))
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("link %q: %w", c.Name, errors.Join(problems...))
}

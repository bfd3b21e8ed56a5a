package config

import (
	"fmt"
	"net"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Video is how pictures reach browsers and other software.
type Video struct {
	WebRTCPort int         `yaml:"webrtcPort,omitempty"` // one port for all viewers, UDP and TCP; 0: any free one
	WebRTC     WebRTC      `yaml:"webrtc,omitempty"`
	TURN       *TURN       `yaml:"turn,omitempty"` // nil: none
	RTSP       RTSP        `yaml:"rtsp,omitempty"` // none, unless an address is given
	Record     RecordVideo `yaml:"record,omitempty"`
	// Detector of thermal feeds that name none: "network" (default), "hotspots", "process" or "off".
	Detector string `yaml:"detector,omitempty"`
	// DetectorCommand is the program that the detector "process" runs, with its arguments.
	DetectorCommand []string `yaml:"detectorCommand,omitempty"`
	Weights         string   `yaml:"weights,omitempty"` // file with weights of the network; default: the built-in ones
}

// RecordVideo is where feeds are recorded.
type RecordVideo struct {
	Folder     string        `yaml:"folder,omitempty"`     // default: recordings in the data folder
	Segment    time.Duration `yaml:"segment,omitempty"`    // length of a file; default 60s
	KeepFreeGB float64       `yaml:"keepFreeGB,omitempty"` // of the disk; default 2
}

// WebRTC is which of the station's addresses browsers are told.
type WebRTC struct {
	Listen    string    `yaml:"listen,omitempty"`    // IP address; default: the console's
	TCP       *bool     `yaml:"tcp,omitempty"`       // ICE over TCP on the same port; default true
	Addresses []string  `yaml:"addresses,omitempty"` // further ones that lead here: "HOST" or "HOST:PORT"
	LeaveOut  *[]string `yaml:"leaveOut,omitempty"`  // patterns of interfaces; default: those of containers and virtual machines
}

// TURN is the embedded TURN server, which relays to the WebRTC port and nowhere else.
type TURN struct {
	Port          int    `yaml:"port,omitempty"`          // UDP and TCP
	TLSPort       int    `yaml:"tlsPort,omitempty"`       // TURN over TLS, with the station's certificate; 0: none
	Realm         string `yaml:"realm,omitempty"`         // default "vedette"
	PublicAddress string `yaml:"publicAddress,omitempty"` // host or IP address that browsers are told; default: as they reach the console
	First         bool   `yaml:"first,omitempty"`         // consoles use it at once
}

func (c *checker) video(cfg Config) {
	v := cfg.Video
	c.port("video.webrtcPort", v.WebRTCPort)
	c.rtsp(cfg)
	if s := v.Record.Segment; s != 0 && (s < time.Second || s > time.Hour) {
		c.addf("video.record.segment", "%v is not between 1s and 1h", s)
	}
	c.limit("video.record.keepFreeGB", v.Record.KeepFreeGB, 0, 1e6)
	c.oneOf("video.detector", v.Detector, "", "network", "hotspots", "process", "off")
	wanted := v.Detector == "process" || slices.ContainsFunc(cfg.Feeds, func(f Feed) bool { return f.Detector == "process" })
	switch {
	case wanted && (len(v.DetectorCommand) == 0 || v.DetectorCommand[0] == ""):
		c.addf("video.detectorCommand", "is missing: the detector \"process\" needs a program, as in [python3, /opt/detector.py]")
	case !wanted && len(v.DetectorCommand) > 0:
		c.addf("video.detectorCommand", "is of no use: no feed has the detector \"process\"")
	}
	if v.WebRTC.Listen != "" && net.ParseIP(v.WebRTC.Listen) == nil {
		c.addf("video.webrtc.listen", "%q is not an IP address", v.WebRTC.Listen)
	}
	for i, a := range v.WebRTC.Addresses {
		if !isAddress(a) {
			c.addf(fmt.Sprintf("video.webrtc.addresses[%d]", i), "%q needs the form HOST or HOST:PORT", a)
		}
	}
	if v.WebRTC.LeaveOut != nil {
		for i, p := range *v.WebRTC.LeaveOut {
			if _, err := path.Match(p, ""); err != nil {
				c.addf(fmt.Sprintf("video.webrtc.leaveOut[%d]", i), "%q is not a pattern like docker*", p)
			}
		}
	}
	if v.TURN == nil {
		return
	}
	t := *v.TURN
	c.port("video.turn.port", t.Port)
	c.port("video.turn.tlsPort", t.TLSPort)
	if t.Port == 0 {
		c.addf("video.turn.port", "is missing (3478 is usual)")
	}
	if t.TLSPort != 0 && cfg.TLS.Certificate == "" {
		c.addf("video.turn.tlsPort", "needs tls.certificate and tls.key")
	}
	c.ascii("video.turn.realm", t.Realm, 64)
	if strings.ContainsAny(t.Realm, `"\`) {
		c.addf("video.turn.realm", "may not hold quotes or backslashes")
	}
	if t.PublicAddress != "" && !isHost(t.PublicAddress) {
		c.addf("video.turn.publicAddress", "%q is not a host name or an IP address", t.PublicAddress)
	}
	used := map[int]string{v.WebRTCPort: "video.webrtcPort"}
	for _, p := range []struct {
		path string
		port int
	}{{"video.turn.port", t.Port}, {"video.turn.tlsPort", t.TLSPort}} {
		if other, taken := used[p.port]; taken && p.port != 0 {
			c.addf(p.path, "%d is %s", p.port, other)
		}
		used[p.port] = p.path
	}
}

func (c *checker) port(path string, p int) {
	if p < 0 || p > 65535 {
		c.addf(path, "%d is not a port (0 to 65535)", p)
	}
}

// isAddress takes HOST, HOST:PORT, an IPv6 address, or [IPv6]:PORT.
func isAddress(a string) bool {
	if _, err := netip.ParseAddr(strings.Trim(a, "[]")); err == nil {
		return true
	}
	if host, port, err := net.SplitHostPort(a); err == nil {
		n, err := strconv.Atoi(port)
		return err == nil && n >= 1 && n <= 65535 && isHost(host)
	}
	return isHost(a)
}

func isHost(h string) bool {
	if _, err := netip.ParseAddr(h); err == nil {
		return true
	}
	return h != "" && len(h) <= 253 && !strings.ContainsFunc(h, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' || r == '_')
	})
}

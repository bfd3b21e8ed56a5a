package video

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"vedette/video/ingest"
	"vedette/video/record"
	"vedette/video/still"
	"vedette/video/thermal/network"
)

// Kind says what a feed's pixels mean.
type Kind string

// The kinds of feed.
const (
	KindThermal Kind = "thermal"
	KindEO      Kind = "eo"
)

// Transport says how RTP comes from a source; TLS which of its certificates are trusted.
type (
	Transport = ingest.Transport
	TLS       = ingest.TLS
)

// Config sets up a Service. The zero value works: any free port on all interfaces, no decoding, no log.
type Config struct {
	// WebRTCUDPPort is the one port that carries all viewers, over UDP and TCP. 0 takes any free port.
	WebRTCUDPPort int
	// ListenHost is the address that the port binds to, and so the only one offered to browsers ("127.0.0.1": loopback
	// only). Empty, "0.0.0.0" or "::": all interfaces.
	ListenHost string
	// NoTCP leaves out ICE over TCP.
	NoTCP bool
	// Addresses are offered beside the interfaces' own, as "HOST" or "HOST:PORT".
	Addresses []string
	// LeaveOut are patterns of interfaces that are not offered; nil: those of containers and virtual machines.
	LeaveOut []string
	// TURN is the embedded TURN server; nil: none.
	TURN *TURNConfig
	// Decoder starts the processes that decode feeds for the detector.
	Decoder DecoderConfig
	// Still starts the processes that make a picture of a feed.
	Still StillConfig
	// DetectorCommand is the program, with its arguments, that looks at the feeds with DetectorProcess.
	DetectorCommand []string
	// Weights are those of DetectorNetwork. nil: the built-in ones.
	Weights *network.Weights
	// Recordings is where feeds are recorded. nil: nowhere. The service runs it.
	Recordings *record.Library
	// Log receives the room's log lines. nil: none.
	Log *slog.Logger
}

// StillConfig says how the child process that makes a picture is started, which calls still.RunChild.
type StillConfig = still.Config

// DecoderConfig says how a decoder child process is started: this program's own binary with a hidden subcommand that
// calls decode.RunChild.
type DecoderConfig struct {
	// Command is the child's argument vector, Command[0] being the program. Empty: nothing is decoded.
	Command []string
	// Env is the child's whole environment, as "KEY=value". Default: empty.
	Env []string
}

// FeedConfig describes one live stream.
type FeedConfig struct {
	// ID names the feed, as in "1-thermal".
	ID string
	// URL is the RTSP address, rtsp:// or rtsps://, with user and password where the camera wants them.
	URL string
	// Transport says how RTP comes: "tcp", "udp", "multicast", or "auto" (default).
	Transport Transport
	// TLS says which certificates of an rtsps:// source are trusted.
	TLS TLS
	// Alternate is the id of a feed that shows the same picture by another stream of the camera; "": none.
	Alternate string
	// Kind is thermal or eo.
	Kind Kind
	// OnDemand pulls the stream only while somebody watches, and 10 s longer. A feed with Detect is always pulled.
	OnDemand bool
	// Detect runs a detector on the feed's frames: on those of an EO feed DetectorMotion or none.
	Detect bool
	// Detector is which one. Default: DetectorNetwork.
	Detector DetectorKind
	// Record has the feed recorded from the start. A feed that is recorded is always pulled.
	Record bool
	// HFOVDeg is the horizontal field of view of the whole picture in degrees; 0: unknown.
	HFOVDeg float64
}

func (c FeedConfig) validate() error {
	var errs []error
	if c.ID == "" {
		errs = append(errs, errors.New("id is empty"))
	}
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		// The parser's error quotes the URL, which may hold a password.
		errs = append(errs, errors.New("url cannot be parsed"))
	case u.Scheme != "rtsp" && u.Scheme != "rtsps":
		errs = append(errs, fmt.Errorf("url scheme %q is not rtsp or rtsps", u.Scheme))
	case u.Host == "":
		errs = append(errs, errors.New("url has no host"))
	}
	switch c.Detector {
	case "", DetectorHotSpots, DetectorNetwork, DetectorProcess, DetectorMotion:
	default:
		errs = append(errs, fmt.Errorf("detector %q is not hotspots, network, process or motion", c.Detector))
	}
	switch c.Transport {
	case "", ingest.TransportAuto, ingest.TransportTCP, ingest.TransportUDP, ingest.TransportMulticast:
	default:
		errs = append(errs, fmt.Errorf("transport %q is not auto, tcp, udp or multicast", c.Transport))
	}
	if c.TLS.Fingerprint != "" {
		if _, err := ingest.ParseFingerprint(c.TLS.Fingerprint); err != nil {
			errs = append(errs, fmt.Errorf("tls fingerprint %w", err))
		}
	}
	if c.Kind != KindThermal && c.Kind != KindEO {
		errs = append(errs, fmt.Errorf("kind %q is not thermal or eo", c.Kind))
	}
	return errors.Join(errs...)
}

// stripPassword returns the URL with the password taken out, fit for logs and the API.
func stripPassword(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		if i := strings.LastIndexByte(raw, '@'); i >= 0 {
			return "rtsp://" + raw[i+1:]
		}
		return raw
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	return u.String()
}

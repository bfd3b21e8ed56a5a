package link

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"vedette/internal/serialport"
)

// State is how a link is.
type State string

// The states of a link.
const (
	// Up means that good frames come.
	Up State = "up"
	// Silent means that it is open and none came lately.
	Silent State = "silent"
	// Probing means that the speed of a serial line is being found.
	Probing State = "probing"
	// Down means that it cannot be opened, or is not opened yet.
	Down State = "down"
)

// upFor is how long a link counts as up after its last good frame: a vehicle sends a heartbeat every second.
const upFor = 5 * time.Second

// Report says how a link is, for people.
type Report struct {
	Stats
	State State
	// Since is when the state began.
	Since time.Time
	// Problem is what is wrong, in words; empty when nothing is.
	Problem string
	// Transport is the key of the configuration, as "serial"; Address is the device, or the address listened on or talked to.
	Transport, Address string
	// Baud is the speed of a serial line, 0 while it is not found.
	Baud int
	// LastHeard is when the last good frame came; the zero time means never.
	LastHeard time.Time
	Priority  int
	Trusted   bool
	Profile   Profile
	// Ends are the far ends, by address.
	Ends []End
}

// End is one far end of a link.
type End struct {
	Remote string
	// LastHeard is when a good frame came from it; the zero time means never.
	LastHeard         time.Time
	BytesIn, BytesOut uint64
}

// health is what a link knows of itself; the link's mu guards it.
type health struct {
	open    bool
	probing string
	trouble string
	baud    int
	heard   time.Time
	opened  time.Time
	// bytes were in when the last good frame came.
	bytes uint64
	state State
	since time.Time
}

// opening notes that the transport is there.
func (l *Link) opening() {
	l.opens.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.open, l.health.trouble, l.health.probing, l.health.opened = true, "", "", time.Now()
}

// failed notes why it is not.
func (l *Link) failed(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.open, l.health.trouble, l.health.probing = false, explain(err), ""
}

// sound notes that a good frame was among the bytes so far.
func (l *Link) sound(bytesIn uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.heard, l.health.bytes = time.Now().UTC(), bytesIn
}

func (l *Link) probing(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.health.probing, l.health.trouble = what, ""
}

// Report gives the state of the link at a time. It is meant to be asked about once a second: the state begins when it is
// first seen.
func (l *Link) Report(now time.Time) Report {
	r := Report{
		Stats: l.Stats(), Priority: l.cfg.Priority, Trusted: l.cfg.Trusted, Profile: l.cfg.Profile,
	}
	r.Transport, r.Address = l.cfg.transport()
	l.mu.Lock()
	defer l.mu.Unlock()
	h := &l.health
	state, problem := h.judge(r.BytesIn, now)
	if state != h.state {
		h.state, h.since = state, now
	}
	r.State, r.Problem, r.Since, r.Baud, r.LastHeard = state, problem, h.since.UTC(), h.baud, h.heard
	if l.addr != nil && (l.cfg.UDPServer != "" || l.cfg.TCPServer != "") {
		r.Address = l.addr.String() // with the port that was free
	}
	for p := range l.peers {
		if p.sends {
			continue
		}
		e := End{Remote: p.remote, BytesIn: p.bytesIn.Load(), BytesOut: p.bytesOut.Load()}
		if p.everHeard.Load() {
			e.LastHeard = time.Unix(0, p.last.Load()).UTC()
		}
		r.Ends = append(r.Ends, e)
	}
	slices.SortFunc(r.Ends, func(a, b End) int { return strings.Compare(a.Remote, b.Remote) })
	return r
}

func (h *health) judge(bytesIn uint64, now time.Time) (State, string) {
	const someBytes = 300 // more than the longest frame
	quiet := now.Sub(h.heard)
	if h.heard.Before(h.opened) {
		quiet = now.Sub(h.opened)
	}
	switch {
	case h.probing != "":
		return Probing, h.probing
	case !h.open && h.trouble == "":
		return Down, "not opened yet"
	case !h.open:
		return Down, h.trouble
	case quiet < upFor && !h.heard.IsZero():
		return Up, ""
	case quiet < upFor:
		return Silent, ""
	case bytesIn > h.bytes+someBytes:
		return Silent, fmt.Sprintf("bytes come, but no MAVLink frame for %v: another speed, or another protocol?", quiet.Round(time.Second))
	default:
		return Silent, fmt.Sprintf("nothing heard for %v", quiet.Round(time.Second))
	}
}

// transport gives the key of the configuration and its address.
func (c Config) transport() (key, address string) {
	switch {
	case c.Serial != nil:
		return "serial", c.Serial.Device
	case c.UDPServer != "":
		return "udpServer", c.UDPServer
	case c.UDPClient != "":
		return "udpClient", c.UDPClient
	case c.UDPBroadcast != "":
		return "udpBroadcast", c.UDPBroadcast
	case c.TCPServer != "":
		return "tcpServer", c.TCPServer
	case c.TCPClient != "":
		return "tcpClient", c.TCPClient
	case c.Replay != nil:
		return "replay", c.Replay.File
	default:
		return "", ""
	}
}

// explain says what an error means for somebody who can do something about it.
func explain(err error) string {
	hint := ""
	var dns *net.DNSError
	var path *os.PathError
	switch {
	case err == nil:
		return "ended"
	case errors.Is(err, serialport.ErrBusy): // says who holds it
	case errors.Is(err, os.ErrPermission) && errors.As(err, &path):
		hint = "add the user to the group dialout and sign in again"
	case errors.Is(err, os.ErrNotExist):
		hint = "is it plugged in, and is its name right?"
	case errors.Is(err, io.EOF):
		hint = "unplugged, or closed by the far end"
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "another program listens there"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "this computer has no such address"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		hint = "not allowed: a port below 1024, or a firewall?"
	case errors.Is(err, syscall.ECONNREFUSED):
		hint = "nothing listens there yet"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		hint = "no way there: check the cable and this computer's address"
	case errors.As(err, &dns):
		hint = "the name is not known"
	case errors.Is(err, os.ErrDeadlineExceeded):
		hint = "the far end does not answer"
	}
	if hint == "" {
		return err.Error()
	}
	return err.Error() + ": " + hint
}

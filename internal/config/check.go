package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"vedette/internal/geo"
)

var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// checker gathers every problem of a configuration, each with its line.
type checker struct {
	name  string
	file  *ast.File
	found []problem
	// cut are the paths of the mappings that something wrong was taken out of: what they lack now is not complained of.
	cut map[string]bool
}

// mostProblems is how many are told of: with more, somebody took another file for it.
const mostProblems = 50

type problem struct {
	line int // 0: not known
	text string
}

// problems are all that was found, in the order of the file.
func (c *checker) problems() []string {
	slices.SortFunc(c.found, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.text, b.text))
	})
	found := slices.Compact(c.found)
	var lines []string
	for _, p := range found[:min(len(found), mostProblems)] {
		lines = append(lines, p.text)
	}
	if more := len(found) - mostProblems; more > 0 {
		lines = append(lines, fmt.Sprintf("%s: and %d more", c.name, more))
	}
	return lines
}

// lacks says that what is wrong at a path may only be that something was taken out there.
func (c *checker) lacks(path string) bool {
	if c.cut[path] {
		return true
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 && c.cut[path[:i]] || i < 0 && c.cut[""] {
		return lineOf(c.file, path) == 0
	}
	return false
}

func (c *checker) addf(path, format string, args ...any) {
	if c.cut != nil && c.lacks(path) {
		return
	}
	what := fmt.Sprintf(format, args...)
	// A key that is missing has no line of its own: its parent's is the best place to point at.
	for at := path; at != "" && c.file != nil; {
		if line := lineOf(c.file, at); line > 0 {
			c.found = append(c.found, problem{line, fmt.Sprintf("%s:%d: %s: %s", c.name, line, path, what)})
			return
		}
		cut := strings.LastIndexAny(at, ".[")
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	c.found = append(c.found, problem{0, fmt.Sprintf("%s: %s: %s", c.name, path, what)})
}

func (c *checker) check(cfg Config) {
	if cfg.Station.ID != "" {
		c.id("station.id", cfg.Station.ID)
	}
	c.place("station.position", cfg.Station.Position)
	c.gnss(cfg.Station.GNSS)
	c.links(cfg.Links)
	c.routes(cfg.Routes)
	c.oneOf("signing.unsigned", cfg.Signing.Unsigned, "", "refuse", "accept")
	c.telemetry(cfg.Telemetry)
	c.rtk(cfg.RTK)
	c.feeds(cfg.Feeds)
	gateways := c.gateways(cfg.Gateways)
	c.sensors(cfg.Sensors, gateways)
	c.zones(cfg.Zones)
	c.remoteID(cfg.RemoteID)
	c.video(cfg)
	c.alerts(cfg.Alerts, cfg.Cues)
	for key, d := range map[string]time.Duration{
		"retention.video":  cfg.Retention.Video,
		"retention.tracks": cfg.Retention.Tracks, "retention.audit": cfg.Retention.Audit,
		"retention.measurements": cfg.Retention.Measurements,
	} {
		if d < 0 {
			c.addf(key, "%v is negative", d)
		}
	}
	if (cfg.TLS.Certificate == "") != (cfg.TLS.Key == "") {
		c.addf("tls", "certificate and key belong together: give both or neither")
	}
}

func (c *checker) links(links []Link) {
	seen := map[string]bool{}
	for i, l := range links {
		at := fmt.Sprintf("links[%d]", i)
		c.uniqueID(at+".name", l.Name, seen)
		given := 0
		for key, addr := range map[string]string{
			"udpServer": l.UDPServer, "udpClient": l.UDPClient, "udpBroadcast": l.UDPBroadcast, "tcpServer": l.TCPServer, "tcpClient": l.TCPClient,
		} {
			if addr != "" {
				given++
				c.address(at+"."+key, addr)
			}
		}
		if l.Serial != nil {
			given++
			c.serial(at+".serial", l.Serial, true)
		}
		if l.Replay != nil {
			given++
			c.replay(at+".replay", l.Replay)
		}
		c.linkLimits(at, l)
		if given != 1 {
			c.addf(at, "give exactly one of serial, udpServer, udpClient, udpBroadcast, tcpServer, tcpClient, replay (found %d)", given)
		}
	}
}

func (c *checker) linkLimits(at string, l Link) {
	if l.BytesPerSecond != 0 {
		c.limit(at+".bytesPerSecond", l.BytesPerSecond, 100, 1e9)
	}
	if l.Profile != "" {
		c.oneOf(at+".profile", l.Profile, "full", "radio", "minimal")
	}
	for name, hz := range l.Rates {
		path := at + ".rates." + name
		if _, known := messageID(name); !known {
			c.addf(path, "there is no MAVLink message %q", name)
		}
		c.limit(path, hz, 0, 500)
	}
}

func (c *checker) replay(at string, r *Replay) {
	if r.File == "" {
		c.addf(at+".file", "is missing")
	}
	if r.Speed != nil {
		c.limit(at+".speed", *r.Speed, 0, 1000)
	}
}

func (c *checker) gnss(g *GNSS) {
	if g == nil {
		return
	}
	given := 0
	if g.Serial != nil {
		given++
		c.serial("station.gnss.serial", g.Serial, false)
	}
	if g.UDP != "" {
		given++
		c.address("station.gnss.udp", g.UDP)
	}
	if g.TCP != "" {
		given++
		c.address("station.gnss.tcp", g.TCP)
	}
	if given != 1 {
		c.addf("station.gnss", "give exactly one of serial, udp, tcp (found %d)", given)
	}
}

func (c *checker) rtk(r RTK) {
	if r.TCP != "" && r.Serial != nil {
		c.addf("rtk", "give tcp or serial, not both")
	}
	if r.TCP != "" {
		c.address("rtk.tcp", r.TCP)
	}
	if r.Serial != nil {
		c.serial("rtk.serial", r.Serial, false)
	}
}

func (c *checker) telemetry(t Telemetry) {
	c.limit("telemetry.fileMB", t.FileMB, 0, 4096)
	c.limit("telemetry.maxGB", t.MaxGB, 0, 1e6)
	if t.Keep < 0 {
		c.addf("telemetry.keep", "%v is negative", t.Keep)
	}
}

func (c *checker) remoteID(r RemoteID) {
	c.ascii("remoteId.operatorId", r.OperatorID, 20)
	c.ascii("remoteId.description", r.Description, 23)
	c.place("remoteId.position", r.Position)
	if r.AltitudeHAE != nil {
		c.limit("remoteId.altitudeHAE", *r.AltitudeHAE, -1000, 31767)
	}
	c.oneOf("remoteId.region", r.Region, "", "eu")
	c.limit("remoteId.category", float64(r.Category), 0, 3)
	c.limit("remoteId.class", float64(r.Class), 0, 7)
	for i, id := range r.Vehicles {
		if id < 1 || id > 255 {
			c.addf(fmt.Sprintf("remoteId.vehicles[%d]", i), "%d is not a MAVLink system id (1 to 255)", id)
		}
	}
}

// ascii checks a text that travels in a field of the standard.
func (c *checker) ascii(path, text string, most int) {
	if len(text) > most || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
		c.addf(path, "%q is not a text of up to %d ASCII characters", text, most)
	}
}

func (c *checker) feeds(feeds []Feed) {
	seen := map[string]bool{}
	for i, f := range feeds {
		at := fmt.Sprintf("feeds[%d]", i)
		c.uniqueID(at+".id", f.ID, seen)
		c.rtspURL(at+".url", f.URL)
		c.feedSource(at, f)
		if f.Substream != "" {
			c.uniqueID(at+".substream", f.ID+SubstreamSuffix, seen)
		}
		if f.Vehicle < 0 || f.Vehicle > 255 {
			c.addf(at+".vehicle", "%d is not a MAVLink system id (1 to 255)", f.Vehicle)
		}
		c.oneOf(at+".camera.kind", f.Camera.Kind, "", "thermal", "eo")
		c.oneOf(at+".detector", f.Detector, "", "network", "hotspots", "process", "motion", "off")
		switch f.Detector {
		case "motion":
			if f.Camera.Kind == "thermal" {
				c.addf(at+".detector", "motion is for EO feeds: a thermal one has network, hotspots, process or off")
			}
		case "network", "hotspots", "process":
			if f.Camera.Kind != "thermal" {
				c.addf(at+".detector", "%s is for thermal feeds: say camera: {kind: thermal} if it is one; an EO feed has motion or off", f.Detector)
			}
		}
		c.oneOf(at+".pose", f.Pose, "", "mavlink", "klv")
		if f.Pose == "mavlink" && f.Vehicle == 0 {
			c.addf(at+".pose", "mavlink needs the vehicle that carries the camera: give vehicle, or klv")
		}
		c.limit(at+".camera.hfovDeg", f.Camera.HFOVDeg, 0, 170)
	}
}

// rtspURL checks the address of a stream, and never shows it: it may hold a password.
func (c *checker) rtspURL(path, text string) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "rtsp" && u.Scheme != "rtsps") || u.Host == "" {
		c.addf(path, "needs the form rtsp://HOST:PORT/PATH")
	}
}

// feedSource checks how a feed's source is reached and what stands in for it.
func (c *checker) feedSource(at string, f Feed) {
	c.oneOf(at+".transport", f.Transport, "", "auto", "tcp", "udp", "multicast")
	if f.Substream != "" {
		c.rtspURL(at+".substream", f.Substream)
	}
	switch {
	case f.Alternate != "" && f.Substream != "":
		c.addf(at+".alternate", "substream makes the feed %s%s the other stream: give one of alternate and substream", f.ID, SubstreamSuffix)
	case f.Alternate != "" && f.Alternate == f.ID:
		c.addf(at+".alternate", "is the feed itself")
	}
	ways := 0
	for _, given := range []bool{f.TLS.CA != "", f.TLS.Fingerprint != "", f.TLS.Insecure} {
		if given {
			ways++
		}
	}
	if ways > 1 {
		c.addf(at+".tls", "give one of ca, fingerprint and insecure")
	}
	if !isFingerprint(f.TLS.Fingerprint) {
		c.addf(at+".tls.fingerprint", "needs the form sha256: and 64 hexadecimal digits")
	}
	if ways > 0 && !strings.HasPrefix(f.URL, "rtsps:") && !strings.HasPrefix(f.Substream, "rtsps:") {
		c.addf(at+".tls", "is for an rtsps:// address")
	}
}

// isFingerprint says whether text is a SHA-256 as the configuration takes it, or empty.
func isFingerprint(text string) bool {
	if text == "" {
		return true
	}
	digits, ok := strings.CutPrefix(strings.ToLower(text), "sha256:")
	raw, err := hex.DecodeString(strings.ReplaceAll(digits, ":", ""))
	return ok && err == nil && len(raw) == sha256.Size
}

func (c *checker) gateways(gateways []Gateway) map[string]Gateway {
	seen, byName := map[string]bool{}, map[string]Gateway{}
	for i, g := range gateways {
		at := fmt.Sprintf("gateways[%d]", i)
		c.uniqueID(at+".name", g.Name, seen)
		byName[g.Name] = g
		c.oneOf(at+".protocol", g.Protocol, "vedette-line", "raspberry-shake")
		if (g.Serial == nil) == (g.UDP == "") {
			c.addf(at, "give exactly one of serial and udp")
		}
		switch {
		case g.Serial != nil && g.Protocol == "raspberry-shake":
			c.addf(at+".protocol", "raspberry-shake comes by udp, not over a serial line")
		case g.UDP != "" && g.Protocol == "vedette-line":
			c.addf(at+".protocol", "vedette-line comes over a serial line, not by udp")
		}
		if g.Serial != nil {
			c.serial(at+".serial", g.Serial, false)
		}
		if g.UDP != "" {
			c.address(at+".udp", g.UDP)
		}
	}
	return byName
}

func (c *checker) sensors(sensors []Sensor, gateways map[string]Gateway) {
	seen := map[string]bool{}
	for i, s := range sensors {
		at := fmt.Sprintf("sensors[%d]", i)
		c.uniqueID(at+".id", s.ID, seen)
		c.oneOf(at+".kind", s.Kind, "seismic", "pir", "beam")
		c.place(at+".position", s.Position)
		switch {
		case s.Kind == "beam" && len(s.Line) != 2:
			c.addf(at+".line", "a beam has two ends (found %d)", len(s.Line))
		case s.Kind != "beam" && s.Position == nil:
			c.addf(at+".position", "is missing")
		}
		for k := range s.Line {
			c.place(fmt.Sprintf("%s.line[%d]", at, k), &s.Line[k])
		}
		c.limit(at+".fovDeg", s.FOVDeg, 0, 360)
		c.limit(at+".rangeM", s.RangeM, 0, 20000)
		g, known := gateways[s.Gateway]
		switch {
		case !known:
			c.addf(at+".gateway", "there is no gateway %q", s.Gateway)
		case g.Protocol == "raspberry-shake" && net.ParseIP(s.Address) == nil:
			c.addf(at+".address", "a sensor of a raspberry-shake gateway needs its node's IP address (found %q)", s.Address)
		}
	}
}

func (c *checker) zones(zones []Zone) {
	seen := map[string]bool{}
	for i, z := range zones {
		at := fmt.Sprintf("zones[%d]", i)
		c.uniqueID(at+".id", z.ID, seen)
		c.oneOf(at+".kind", z.Kind, "border", "area", "noFly", "privacy", "known")
		c.zoneRule(at, z)
		least := 3
		if z.Kind == "border" {
			least = 2
		}
		if len(z.Points) < least {
			c.addf(at+".points", "needs at least %d points (found %d)", least, len(z.Points))
		}
		for k := range z.Points {
			c.place(fmt.Sprintf("%s.points[%d]", at, k), &z.Points[k])
		}
	}
}

// zoneRule checks the words of a rule; whether it makes sense for the zone's kind and shape package zone says.
func (c *checker) zoneRule(at string, z Zone) {
	for _, t := range [...]struct{ key, text string }{{"from", z.From}, {"to", z.To}} {
		if _, err := ClockTime(t.text); err != nil {
			c.addf(at+"."+t.key, "%v", err)
		}
	}
	if (z.From == "") != (z.To == "") {
		c.addf(at, "from and to belong together: give both or neither")
	}
	for k, day := range z.Days {
		if _, err := Weekday(day); err != nil {
			c.addf(fmt.Sprintf("%s.days[%d]", at, k), "%v", err)
		}
	}
	for k, class := range z.Classes {
		c.oneOf(fmt.Sprintf("%s.classes[%d]", at, k), class, "person", "vehicle")
	}
	c.limit(at+".minSpeed", z.MinSpeed, 0, 200)
	c.limit(at+".maxSpeed", z.MaxSpeed, 0, 200)
	if z.Loiter < 0 || z.Loiter > 24*time.Hour {
		c.addf(at+".loiter", "%v is not between 0 and 24h", z.Loiter)
	}
	c.oneOf(at+".direction", z.Direction, "", "L2R", "R2L")
}

func (c *checker) uniqueID(path, id string, seen map[string]bool) {
	c.id(path, id)
	if seen[id] {
		c.addf(path, "%q is used twice", id)
	}
	seen[id] = true
}

func (c *checker) id(path, id string) {
	if !idPattern.MatchString(id) {
		c.addf(path, "%q is not a name: use letters, digits, '.', '_' and '-', at most 63", id)
	}
}

func (c *checker) place(path string, p *geo.LatLon) {
	if p != nil && !p.Valid() {
		c.addf(path, "lat %g, lon %g is not a place on earth", p.Lat, p.Lon)
	}
}

func (c *checker) limit(path string, v, low, high float64) {
	if !(v >= low && v <= high) {
		c.addf(path, "%g is not between %g and %g", v, low, high)
	}
}

func (c *checker) oneOf(path, v string, allowed ...string) {
	if slices.Contains(allowed, v) {
		return
	}
	c.addf(path, "%q is not one of %s", v, strings.Trim(strings.Join(allowed, ", "), ", "))
}

func (c *checker) address(path, addr string) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		c.addf(path, "%q needs the form HOST:PORT or :PORT", addr)
	}
}

func (c *checker) serial(path string, s *SerialPort, auto bool) {
	if s.Device == "" {
		c.addf(path+".device", "is missing")
	}
	switch {
	case s.Baud == noBaud && auto:
		c.addf(path+".baud", "is no speed: give bits a second, or auto")
	case s.Baud < 0 && !(auto && s.Baud == AutoBaud):
		c.addf(path+".baud", "is no speed: give bits a second")
	}
}

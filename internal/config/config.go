// Package config reads the station's configuration: one YAML file, decoded strictly and checked as a whole, so that a
// station either starts as configured or says file, line and key of everything that is wrong. docs/configuration.md
// documents every key.
package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"vedette/internal/geo"
)

// Config is the whole file. The zero value is a station with nothing attached to it.
type Config struct {
	Station   Station   `yaml:"station,omitempty"`
	Links     []Link    `yaml:"links,omitempty"`
	Routes    []Route   `yaml:"routes,omitempty"`
	Signing   Signing   `yaml:"signing,omitempty"`
	Telemetry Telemetry `yaml:"telemetry,omitempty"`
	RTK       RTK       `yaml:"rtk,omitempty"`
	RemoteID  RemoteID  `yaml:"remoteId,omitempty"`
	Feeds     []Feed    `yaml:"feeds,omitempty"`
	Sensors   []Sensor  `yaml:"sensors,omitempty"`
	Gateways  []Gateway `yaml:"gateways,omitempty"`
	Zones     []Zone    `yaml:"zones,omitempty"`
	Terrain   Terrain   `yaml:"terrain,omitempty"`
	Maps      Maps      `yaml:"maps,omitempty"`
	Video     Video     `yaml:"video,omitempty"`
	Alerts    Alerts    `yaml:"alerts,omitempty"`
	Cues      Cues      `yaml:"cues,omitempty"`
	Retention Retention `yaml:"retention,omitempty"`
	TLS       TLS       `yaml:"tls,omitempty"`
}

// Station names the post.
type Station struct {
	ID       string      `yaml:"id,omitempty"`       // short, in every event; default "post-1"
	Name     string      `yaml:"name,omitempty"`     // shown in the console; default: the id
	Position *geo.LatLon `yaml:"position,omitempty"` // where the map opens; default: the first sensor or zone
	GNSS     *GNSS       `yaml:"gnss,omitempty"`     // the post's own satellite receiver; nil: none
}

// GNSS is a satellite receiver that tells where the post is, in NMEA 0183; exactly one is given.
type GNSS struct {
	Serial *SerialPort `yaml:"serial,omitempty"` // default 9600 baud
	UDP    string      `yaml:"udp,omitempty"`    // listen address
	TCP    string      `yaml:"tcp,omitempty"`    // remote address
}

// Link is one MAVLink connection; exactly one transport is given.
type Link struct {
	Name      string      `yaml:"name,omitempty"`
	Serial    *SerialPort `yaml:"serial,omitempty"`
	UDPServer string      `yaml:"udpServer,omitempty"` // listen address
	UDPClient string      `yaml:"udpClient,omitempty"` // remote address
	// UDPBroadcast is an address to call into a network; whoever answers is talked to.
	UDPBroadcast string  `yaml:"udpBroadcast,omitempty"`
	TCPServer    string  `yaml:"tcpServer,omitempty"`
	TCPClient    string  `yaml:"tcpClient,omitempty"`
	Replay       *Replay `yaml:"replay,omitempty"`
	Trusted      bool    `yaml:"trusted,omitempty"` // nobody else can reach it: keys may be handed out there
	// Priority: of the links of one vehicle that work, the one with the highest number is used; default 0.
	Priority int `yaml:"priority,omitempty"`
	// BytesPerSecond is the bandwidth each way to keep below; default: that of the serial speed, and no limit elsewhere.
	BytesPerSecond float64            `yaml:"bytesPerSecond,omitempty"`
	Profile        string             `yaml:"profile,omitempty"` // "full", "radio" or "minimal" message rates; default: what fits
	Rates          map[string]float64 `yaml:"rates,omitempty"`   // messages by name, in hertz, above the profile; 0: never
}

// Replay is a telemetry log that stands in for vehicles.
type Replay struct {
	File  string   `yaml:"file,omitempty"`
	Speed *float64 `yaml:"speed,omitempty"` // times life; 0: as fast as possible; default 1
	Loop  bool     `yaml:"loop,omitempty"`
}

// Route is another station that shares the vehicles; exactly one transport is given.
type Route struct {
	Name      string `yaml:"name,omitempty"`
	UDPServer string `yaml:"udpServer,omitempty"`
	UDPClient string `yaml:"udpClient,omitempty"`
	TCPServer string `yaml:"tcpServer,omitempty"`
	TCPClient string `yaml:"tcpClient,omitempty"`
	Access    string `yaml:"access,omitempty"`   // "read" (default) or "control"
	Operator  string `yaml:"operator,omitempty"` // control: the account whose lease counts as the station's
	Vehicles  []int  `yaml:"vehicles,omitempty"` // system ids; none: all
}

// Signing is how strict the station is with vehicles that have a key.
type Signing struct {
	Unsigned string `yaml:"unsigned,omitempty"` // "refuse" (default) or "accept" their unsigned frames
}

// RTK is where corrections (RTCM 3) for the satellite receivers of the vehicles come from; at most one is given.
type RTK struct {
	TCP    string      `yaml:"tcp,omitempty"`    // HOST:PORT of what sends without being asked
	Serial *SerialPort `yaml:"serial,omitempty"` // default 115200 baud
}

// Telemetry is the recording of what vehicles and stations say to one another.
type Telemetry struct {
	Off    bool          `yaml:"off,omitempty"`
	Folder string        `yaml:"folder,omitempty"` // default: telemetry in the data folder
	FileMB float64       `yaml:"fileMB,omitempty"` // size at which a new file begins; default 64
	Keep   time.Duration `yaml:"keep,omitempty"`   // default 720h
	MaxGB  float64       `yaml:"maxGB,omitempty"`  // all logs together; default 20
}

// SerialPort is a serial device.
type SerialPort struct {
	Device string `yaml:"device,omitempty"`
	Baud   Baud   `yaml:"baud,omitempty"` // default 57600 for links, 115200 for gateways
}

// Baud is the speed of a serial line in bits a second.
type Baud int

// AutoBaud, in the file "auto" or 0, is found by listening for heartbeats.
const AutoBaud Baud = -1

const noBaud Baud = -2

// UnmarshalYAML implements yaml.InterfaceUnmarshaler. What is no speed is complained of by the check, which knows the line.
func (b *Baud) UnmarshalYAML(decode func(any) error) error {
	var text string
	if err := decode(&text); err != nil {
		return err
	}
	n, err := strconv.Atoi(text)
	switch {
	case text == "auto" || err == nil && n == 0:
		*b = AutoBaud
	case err != nil || n < 0:
		*b = noBaud
	default:
		*b = Baud(n)
	}
	return nil
}

// MarshalYAML implements yaml.InterfaceMarshaler.
func (b Baud) MarshalYAML() (any, error) {
	if b == AutoBaud {
		return "auto", nil
	}
	return int(b), nil
}

// RemoteID is what vehicles broadcast of their operator (Open Drone ID).
type RemoteID struct {
	OperatorID  string      `yaml:"operatorId,omitempty"`  // registration, up to 20 ASCII characters
	Position    *geo.LatLon `yaml:"position,omitempty"`    // of the operator; default: the station's
	AltitudeHAE *float64    `yaml:"altitudeHAE,omitempty"` // of the operator, metres above the WGS 84 ellipsoid; default: unknown
	Description string      `yaml:"description,omitempty"` // of the flight, up to 23 ASCII characters
	Region      string      `yaml:"region,omitempty"`      // "eu": category and class count
	Category    int         `yaml:"category,omitempty"`    // 1 open, 2 specific, 3 certified
	Class       int         `yaml:"class,omitempty"`       // 1 to 7 for C0 to C6
	Vehicles    []int       `yaml:"vehicles,omitempty"`    // always told; others when they show that they want it
}

// Feed is a camera that no vehicle announces by itself, or settings for one that a vehicle does announce (same id).
type Feed struct {
	ID      string `yaml:"id,omitempty"`
	URL     string `yaml:"url,omitempty"`
	Vehicle int    `yaml:"vehicle,omitempty"` // MAVLink system id that carries the camera; 0: none
	Camera  Camera `yaml:"camera,omitempty"`
	Record  bool   `yaml:"record,omitempty"` // record it from the start; it is then always pulled
	Always  bool   `yaml:"always,omitempty"` // pull it even when nobody watches; thermal feeds always are
	// Detector of a thermal feed: "network", "hotspots", "process" or "off"; default: video.detector. Of an EO feed: "motion" or
	// "off" (default).
	Detector string `yaml:"detector,omitempty"`
	// Pose says where the camera's pose comes from: "mavlink" (the vehicle's; default where there is one) or "klv" (the metadata
	// in the stream).
	Pose string `yaml:"pose,omitempty"`
	// Transport says how the pictures come: "auto" (default: tcp, udp where that fails), "tcp", "udp" or "multicast".
	Transport string `yaml:"transport,omitempty"`
	// TLS says which certificate of an rtsps:// camera is trusted; default: what the system trusts.
	TLS CameraTLS `yaml:"tls,omitempty"`
	// Substream is the address of the camera's other stream: it becomes the feed ID-sub.
	Substream string `yaml:"substream,omitempty"`
	// Alternate is the id of a feed that shows the same by another stream.
	Alternate string `yaml:"alternate,omitempty"`
}

// SubstreamSuffix makes the id of a feed's substream.
const SubstreamSuffix = "-sub"

// CameraTLS says which certificate of a camera is trusted; at most one member is given.
type CameraTLS struct {
	CA          string `yaml:"ca,omitempty"`          // file of PEM certificates
	Fingerprint string `yaml:"fingerprint,omitempty"` // sha256: and 64 hexadecimal digits, of the camera's certificate
	Insecure    bool   `yaml:"insecure,omitempty"`    // trust any certificate
}

// Camera is what a feed's camera is.
type Camera struct {
	Kind    string  `yaml:"kind,omitempty"`    // "thermal" or "eo" (default)
	HFOVDeg float64 `yaml:"hfovDeg,omitempty"` // horizontal field of view; needed to place detections on the ground
}

// Sensor is one ground sensor.
type Sensor struct {
	ID         string        `yaml:"id,omitempty"`
	Kind       string        `yaml:"kind,omitempty"` // "seismic", "pir" or "beam"
	Position   *geo.LatLon   `yaml:"position,omitempty"`
	Line       []geo.LatLon  `yaml:"line,omitempty"`       // beam: its two ends, a then b
	AzimuthDeg float64       `yaml:"azimuthDeg,omitempty"` // pir: middle of the sector
	FOVDeg     float64       `yaml:"fovDeg,omitempty"`     // pir
	RangeM     float64       `yaml:"rangeM,omitempty"`     // default: by kind
	Gateway    string        `yaml:"gateway,omitempty"`
	Address    string        `yaml:"address,omitempty"` // raspberry-shake: the node's IP address
	Channel    string        `yaml:"channel,omitempty"` // raspberry-shake: default EHZ
	Silent     time.Duration `yaml:"silentAfter,omitempty"`
}

// Gateway is where the messages of several sensors come in.
type Gateway struct {
	Name     string      `yaml:"name,omitempty"`
	Serial   *SerialPort `yaml:"serial,omitempty"`
	UDP      string      `yaml:"udp,omitempty"`      // listen address
	Protocol string      `yaml:"protocol,omitempty"` // "vedette-line" or "raspberry-shake"
}

// Zone is a line or an area with a rule.
type Zone struct {
	ID     string       `yaml:"id,omitempty"`
	Name   string       `yaml:"name,omitempty"`
	Kind   string       `yaml:"kind,omitempty"`   // "border" (a line), "area", "noFly", "privacy" or "known" (polygons)
	Points []geo.LatLon `yaml:"points,omitempty"` // a polygon closes by itself

	// When a border, an area or what is known matters; docs/configuration.md.
	Classes   []string      `yaml:"classes,omitempty"`   // "person", "vehicle"; none: both
	From      string        `yaml:"from,omitempty"`      // time of the day, UTC, as "22:30"
	To        string        `yaml:"to,omitempty"`        // likewise; before From: over midnight
	Days      []string      `yaml:"days,omitempty"`      // "mon" to "sun"; none: every day
	MinSpeed  float64       `yaml:"minSpeed,omitempty"`  // metres a second
	MaxSpeed  float64       `yaml:"maxSpeed,omitempty"`  // metres a second; 0: none
	Loiter    time.Duration `yaml:"loiter,omitempty"`    // area: how long inside
	Direction string        `yaml:"direction,omitempty"` // border: "L2R" or "R2L"; none: both
}

// weekdays are the words of Zone.Days, by time.Weekday.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ClockTime reads a time of the day as it stands in the file.
func ClockTime(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is no time of the day, as \"22:30\"", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// Weekday reads a day as it stands in the file.
func Weekday(text string) (time.Weekday, error) {
	for i, word := range weekdays {
		if strings.EqualFold(word, text) {
			return time.Weekday(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no day: use mon, tue, wed, thu, fri, sat, sun", text)
}

// Maps is where users put maps for the console.
type Maps struct {
	Folder string `yaml:"folder,omitempty"` // PMTiles, MBTiles and GeoTIFF pictures; default: "maps" in the data folder
}

// Terrain is where the height tiles lie.
type Terrain struct {
	Folder string `yaml:"folder,omitempty"` // SRTM HGT tiles and GeoTIFFs
}

// Retention is how long the record is kept.
type Retention struct {
	Video  time.Duration `yaml:"video,omitempty"`  // recordings; default 72h
	Tracks time.Duration `yaml:"tracks,omitempty"` // detections, tracks and trips; default 720h
	Audit  time.Duration `yaml:"audit,omitempty"`  // commands, decisions, sign-ins, alerts; default 8760h
	// Measurements are what fusion took, for another run of `vedette track`; default 168h, and 2 GB at most.
	Measurements time.Duration `yaml:"measurements,omitempty"`
}

// TLS is needed to listen anywhere but on loopback.
type TLS struct {
	Certificate string `yaml:"certificate,omitempty"` // PEM file
	Key         string `yaml:"key,omitempty"`         // PEM file
}

// Package config reads the station's configuration: one YAML file, decoded strictly and checked as a whole, so that a
// station either starts as configured or says file, line and key of everything that is wrong. docs/configuration.md
// documents every key.
package config

import (
	"time"

	"vedette/internal/geo"
)

// Config is the whole file. The zero value is a station with nothing attached to it.
type Config struct {
	Station   Station   `yaml:"station"`
	Links     []Link    `yaml:"links"`
	Feeds     []Feed    `yaml:"feeds"`
	Sensors   []Sensor  `yaml:"sensors"`
	Gateways  []Gateway `yaml:"gateways"`
	Zones     []Zone    `yaml:"zones"`
	Terrain   Terrain   `yaml:"terrain"`
	Video     Video     `yaml:"video"`
	Cues      Cues      `yaml:"cues"`
	Retention Retention `yaml:"retention"`
	TLS       TLS       `yaml:"tls"`
}

// Station names the post.
type Station struct {
	ID       string      `yaml:"id"`       // short, in every event; default "post-1"
	Name     string      `yaml:"name"`     // shown in the console; default: the id
	Position *geo.LatLon `yaml:"position"` // where the map opens; default: the first sensor or zone
}

// Link is one MAVLink connection; exactly one transport is given.
type Link struct {
	Name      string      `yaml:"name"`
	Serial    *SerialPort `yaml:"serial"`
	UDPServer string      `yaml:"udpServer"` // listen address
	UDPClient string      `yaml:"udpClient"` // remote address
	TCPServer string      `yaml:"tcpServer"`
	TCPClient string      `yaml:"tcpClient"`
}

// SerialPort is a serial device.
type SerialPort struct {
	Device string `yaml:"device"`
	Baud   int    `yaml:"baud"` // default 57600 for links, 115200 for gateways
}

// Feed is a camera that no vehicle announces by itself, or settings for one that a vehicle does announce (same id).
type Feed struct {
	ID      string `yaml:"id"`
	URL     string `yaml:"url"`
	Vehicle int    `yaml:"vehicle"` // MAVLink system id that carries the camera; 0: none
	Camera  Camera `yaml:"camera"`
	Always  bool   `yaml:"always"` // pull it even when nobody watches; thermal feeds always are
}

// Camera is what a feed's camera is.
type Camera struct {
	Kind    string  `yaml:"kind"`    // "thermal" or "eo" (default)
	HFOVDeg float64 `yaml:"hfovDeg"` // horizontal field of view; needed to place detections on the ground
}

// Sensor is one ground sensor.
type Sensor struct {
	ID         string        `yaml:"id"`
	Kind       string        `yaml:"kind"` // "seismic", "pir" or "beam"
	Position   *geo.LatLon   `yaml:"position"`
	Line       []geo.LatLon  `yaml:"line"`       // beam: its two ends, a then b
	AzimuthDeg float64       `yaml:"azimuthDeg"` // pir: middle of the sector
	FOVDeg     float64       `yaml:"fovDeg"`     // pir
	RangeM     float64       `yaml:"rangeM"`     // default: by kind
	Gateway    string        `yaml:"gateway"`
	Address    string        `yaml:"address"` // raspberry-shake: the node's IP address
	Channel    string        `yaml:"channel"` // raspberry-shake: default EHZ
	Silent     time.Duration `yaml:"silentAfter"`
}

// Gateway is where the messages of several sensors come in.
type Gateway struct {
	Name     string      `yaml:"name"`
	Serial   *SerialPort `yaml:"serial"`
	UDP      string      `yaml:"udp"`      // listen address
	Protocol string      `yaml:"protocol"` // "vedette-line" or "raspberry-shake"
}

// Zone is a line or an area with a rule.
type Zone struct {
	ID     string       `yaml:"id"`
	Name   string       `yaml:"name"`
	Kind   string       `yaml:"kind"`   // "border" (a line), "area" or "noFly" (polygons)
	Points []geo.LatLon `yaml:"points"` // a polygon closes by itself
}

// Terrain is where the height tiles lie.
type Terrain struct {
	Folder string `yaml:"folder"` // SRTM HGT tiles
}

// Video is how pictures reach browsers.
type Video struct {
	WebRTCPort int `yaml:"webrtcPort"` // one UDP port for all viewers; 0: any free one
}

// Cues are the limits of proposals.
type Cues struct {
	StandoffM float64       `yaml:"standoffM"` // how far from the spot a vehicle stays; default 120
	HeightAGL float64       `yaml:"heightAGL"` // at what height; default 60
	Expire    time.Duration `yaml:"expire"`    // default 5m
}

// Retention is how long the record is kept.
type Retention struct {
	Video  time.Duration `yaml:"video"`  // accepted for stations that record video
	Tracks time.Duration `yaml:"tracks"` // detections, tracks and trips; default 720h
	Audit  time.Duration `yaml:"audit"`  // commands, decisions, sign-ins, alerts; default 8760h
}

// TLS is needed to listen anywhere but on loopback.
type TLS struct {
	Certificate string `yaml:"certificate"` // PEM file
	Key         string `yaml:"key"`         // PEM file
}

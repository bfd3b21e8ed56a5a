package api

// Route is another station that shares the vehicles, or a server for any number of them with the same rights.
type Route struct {
	Name      string       `json:"name"`
	Transport string       `json:"transport"` // udpServer, udpClient, tcpServer, tcpClient
	Address   string       `json:"address"`   // listened on or talked to
	Access    string       `json:"access"`    // read, control
	Operator  string       `json:"operator,omitempty"`
	Vehicles  []int        `json:"vehicles,omitempty"` // those that it sees; none are all
	State     string       `json:"state"`              // up, silent, down
	Since     Time         `json:"since"`              // of the state
	Problem   string       `json:"problem,omitempty"`
	LastHeard Time         `json:"lastHeard,omitzero"`
	Peers     []RoutePeer  `json:"peers"` // never null
	Routed    RouteCounts  `json:"routed"`
	Refusals  []Refusal    `json:"refusals"` // the latest first, never null
	Counters  LinkCounters `json:"counters"`
}

// RoutePeer is a far end of a route.
type RoutePeer struct {
	Remote    string           `json:"remote"`
	LastHeard Time             `json:"lastHeard,omitzero"`
	BytesIn   uint64           `json:"bytesIn"` // in good frames, since it is there
	BytesOut  uint64           `json:"bytesOut"`
	Stations  []MAVLinkAddress `json:"stations"` // heard from there, never null
}

// MAVLinkAddress is how somebody calls himself over MAVLink.
type MAVLinkAddress struct {
	System    int `json:"system"`
	Component int `json:"component"`
}

// RouteCounts count frames of a route since the start of the station.
type RouteCounts struct {
	ToStation   uint64 `json:"toStation"`
	ToVehicles  uint64 `json:"toVehicles"`
	Dropped     uint64 `json:"dropped"`     // found the station's queue full
	Denied      uint64 `json:"denied"`      // were not allowed
	Looped      uint64 `json:"looped"`      // came back in a vehicle's name
	Unaddressed uint64 `json:"unaddressed"` // were for nobody who is here
	Unreachable uint64 `json:"unreachable"` // found no way to the vehicle, or no room on it
}

// Refusal is something that another station was not allowed to do.
type Refusal struct {
	Vehicle int    `json:"vehicle"`
	Message int    `json:"message"`           // id of the MAVLink message
	Command int    `json:"command,omitempty"` // the MAV_CMD in it
	Reason  string `json:"reason"`
	Count   uint64 `json:"count"`
	T       Time   `json:"t"` // of the last time
}

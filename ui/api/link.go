package api

// Link is one radio or network on which a vehicle is heard.
type Link struct {
	Name        string   `json:"name"`
	Remote      string   `json:"remote,omitempty"`      // the address or device at the far end
	Used        bool     `json:"used"`                  // what is sent to the vehicle goes here
	Silent      bool     `json:"silent"`                // the vehicle is not heard on it now
	LastHeard   Time     `json:"lastHeard,omitzero"`    // the autopilot, on this link
	LossPercent *float64 `json:"lossPercent,omitempty"` // from the vehicle to us, over ten seconds
	RTTMs       *float64 `json:"rttMs,omitempty"`       // round trip in milliseconds
	BytesIn     *float64 `json:"bytesIn,omitempty"`     // a second, from the vehicle
	BytesOut    *float64 `json:"bytesOut,omitempty"`    // a second, to the far end, which vehicles may share
}

// StationLink is one configured MAVLink connection and how it is.
type StationLink struct {
	Name      string `json:"name"`
	Transport string `json:"transport"` // serial, udpServer, udpClient, udpBroadcast, tcpServer, tcpClient, replay
	Address   string `json:"address"`   // device, or the address listened on or talked to
	State     string `json:"state"`     // up, silent, probing, down
	Since     Time   `json:"since"`     // of the state
	Problem   string `json:"problem,omitempty"`
	Baud      int    `json:"baud,omitempty"`
	Priority  int    `json:"priority"`
	Trusted   bool   `json:"trusted"`
	Profile   string `json:"profile"` // full, radio, minimal, or auto: what fits
	LastHeard Time   `json:"lastHeard,omitzero"`
	Vehicles  []int  `json:"vehicles"` // heard on it
	Peers     []Peer `json:"peers"`    // never null
	// BytesPerSecond is the bandwidth that is kept below, missing without a limit; Share what a radio's reports leave of it.
	BytesPerSecond *float64      `json:"bytesPerSecond,omitempty"`
	Share          *float64      `json:"share,omitempty"`
	Radio          *Radio        `json:"radio,omitempty"`
	Counters       LinkCounters  `json:"counters"`
	Dropped        DroppedCounts `json:"dropped"`
}

// Peer is a far end of a link.
type Peer struct {
	Remote    string `json:"remote"`
	LastHeard Time   `json:"lastHeard,omitzero"`
	BytesIn   uint64 `json:"bytesIn"` // in good frames, since it is there
	BytesOut  uint64 `json:"bytesOut"`
}

// Radio is the last report of a telemetry radio, in its own units.
type Radio struct {
	T               Time `json:"t"`
	RSSI            int  `json:"rssi"`
	RemoteRSSI      int  `json:"remoteRssi"`
	Noise           int  `json:"noise"`
	RemoteNoise     int  `json:"remoteNoise"`
	TxBufferPercent int  `json:"txBufferPercent"` // free
}

// LinkCounters count since the start of the station.
type LinkCounters struct {
	FramesIn     uint64 `json:"framesIn"` // whole and right
	FramesOut    uint64 `json:"framesOut"`
	BytesIn      uint64 `json:"bytesIn"` // all that was read
	BytesOut     uint64 `json:"bytesOut"`
	BadChecksums uint64 `json:"badChecksums"`
	SkippedBytes uint64 `json:"skippedBytes"` // belonged to no frame
	WriteErrors  uint64 `json:"writeErrors"`
	Opens        uint64 `json:"opens"`   // how often it was opened, or a connection made
	Refused      uint64 `json:"refused"` // far ends beyond the limit
}

// DroppedCounts count what was not sent, because its queue was full or the far end gone.
type DroppedCounts struct {
	Urgent     uint64 `json:"urgent"` // commands
	Transfer   uint64 `json:"transfer"`
	Background uint64 `json:"background"`
	Forwarded  uint64 `json:"forwarded"`
}

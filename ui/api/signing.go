package api

// Signing is how MAVLink message signing stands with a vehicle. Keys themselves are never told.
type Signing struct {
	Vehicle int            `json:"vehicle"`
	State   string         `json:"state"` // off, foreign, pending, on, refusing
	Text    string         `json:"text"`  // in words, with the way out where there is need of one
	Since   Time           `json:"since,omitzero"`
	Trusted bool           `json:"trusted"` // heard now on a link that is marked trusted
	Links   map[string]int `json:"links"`   // the link ids by which the station signs
	Frames  SigningFrames  `json:"frames"`
}

// SigningFrames counts frames of the vehicle since the station started, by what became of them.
type SigningFrames struct {
	Verified         uint64 `json:"verified"`
	Excused          uint64 `json:"excused"`   // unsigned and taken: on a trusted link, of a radio, or by the configuration
	Unchecked        uint64 `json:"unchecked"` // while no key was confirmed
	RefusedUnsigned  uint64 `json:"refusedUnsigned"`
	RefusedSignature uint64 `json:"refusedSignature"` // signed with another key
	RefusedReplay    uint64 `json:"refusedReplay"`
	RefusedOld       uint64 `json:"refusedOld"` // a row that begins more than a minute in the past
	RefusedStreams   uint64 `json:"refusedStreams"`
	RefusedCopies    uint64 `json:"refusedCopies"` // came twice or late, as over two links
}

// SigningRequest gives, takes over or ends a key. With neither passphrase nor key, setUp makes a random key.
type SigningRequest struct {
	Mode       string `json:"mode"`                 // setUp, adopt, off
	Passphrase string `json:"passphrase,omitempty"` // the key is its SHA-256, as in QGroundControl and MAVProxy
	Key        string `json:"key,omitempty"`        // 32 bytes as 64 hexadecimal digits or base64
}

// TelemetryLog is one .tlog of a vehicle.
type TelemetryLog struct {
	Name  string `json:"name"`
	Start Time   `json:"start"` // of the first frame
	End   Time   `json:"end"`   // of the last write
	Bytes int64  `json:"bytes"`
	Open  bool   `json:"open"` // being written
}

package api

// WatchSession is a viewer that a feed has let in.
type WatchSession struct {
	ID     string  // hard to guess
	Answer string  // SDP
	Tag    string  // entity tag of its ICE session, without quotes
	Relays []Relay // TURN servers that it may use
}

// Relay is one way to a TURN server.
type Relay struct {
	Host               string // empty: the one that the client has reached the station by
	Port               int
	TLS, TCP           bool // neither: UDP
	Username, Password string
	First              bool // use it at once, not only when there is no other way
}

// Viewer is what the station sees of one viewer of a feed.
type Viewer struct {
	Session           string   `json:"session"`
	Who               string   `json:"who"`
	Means             string   `json:"means"` // whep (a browser), rtsp (other software)
	Since             Time     `json:"since"`
	State             string   `json:"state"`           // connecting, connected, lost
	Path              string   `json:"path,omitempty"`  // udp, tcp, relay (by the station's TURN server)
	Local             string   `json:"local,omitempty"` // the station's end of the path
	Remote            string   `json:"remote,omitempty"`
	RTTMs             *float64 `json:"rttMs,omitempty"`
	LossPercent       *float64 `json:"lossPercent,omitempty"`  // as the browser reports it
	EstimateKbps      *float64 `json:"estimateKbps,omitempty"` // what the path seems to carry at least
	DroppedFrames     uint64   `json:"droppedFrames"`          // pictures not sent whole because the viewer was too slow
	Offered           []string `json:"offered"`                // the station's candidates, as "udp 10.0.0.5:8189"
	BrowserOffers     []string `json:"browserOffers"`          // kinds of the browser's, as "udp host", "udp mdns"
	RequestsReceived  uint64   `json:"requestsReceived"`       // STUN requests of the browser that arrived
	ResponsesReceived uint64   `json:"responsesReceived"`      // its answers to the station's requests
	Restarts          uint64   `json:"restarts"`
}

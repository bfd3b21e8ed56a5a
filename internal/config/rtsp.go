package config

import "net"

// RTSP is the server for other software. It serves nothing unless an address is given.
type RTSP struct {
	Listen    string `yaml:"listen,omitempty"`    // plain RTSP; on loopback only, unless insecure
	ListenTLS string `yaml:"listenTLS,omitempty"` // RTSPS, with the certificate in tls
	// Insecure allows plain RTSP where others can listen in: there only tokens of the role viewer are taken.
	Insecure   bool `yaml:"insecure,omitempty"`
	UDPPort    int  `yaml:"udpPort,omitempty"`    // of RTP over UDP, even; RTCP has the next one; 0: any free pair
	MaxReaders int  `yaml:"maxReaders,omitempty"` // default 50
}

func (c *checker) rtsp(cfg Config) {
	r := cfg.Video.RTSP
	if r.Listen != "" {
		c.address("video.rtsp.listen", r.Listen)
		if host, _, err := net.SplitHostPort(r.Listen); err == nil && !r.Insecure && !isLoopback(host) {
			c.addf("video.rtsp.listen", "%q can be reached by others: there plain RTSP shows pictures and tokens to whoever listens in. "+
				"Give video.rtsp.listenTLS instead, listen on 127.0.0.1, or allow it with video.rtsp.insecure", r.Listen)
		}
	}
	if r.ListenTLS != "" {
		c.address("video.rtsp.listenTLS", r.ListenTLS)
		if cfg.TLS.Certificate == "" {
			c.addf("video.rtsp.listenTLS", "needs tls.certificate and tls.key")
		}
	}
	if r.UDPPort != 0 && (r.UDPPort < 2 || r.UDPPort > 65534 || r.UDPPort%2 != 0) {
		c.addf("video.rtsp.udpPort", "%d is not an even port (2 to 65534)", r.UDPPort)
	}
	c.limit("video.rtsp.maxReaders", float64(r.MaxReaders), 0, 1000)
}

// isLoopback tells whether nobody but this computer reaches a host.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

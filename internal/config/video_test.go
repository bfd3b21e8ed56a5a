package config

import (
	"errors"
	"strings"
	"testing"
)

func TestVideoReachability(t *testing.T) {
	t.Parallel()
	cfg, err := Parse("v.yaml", []byte(`
tls: {certificate: c.pem, key: k.pem}
video:
  webrtcPort: 8189
  webrtc: {listen: "10.0.0.5", tcp: false, leaveOut: [], addresses: [203.0.113.7, "203.0.113.7:40000", "2001:db8::1", "[2001:db8::1]:40000", post.example]}
  turn: {port: 3478, tlsPort: 5349, publicAddress: post.example, first: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	if v := cfg.Video; *v.WebRTC.TCP || len(v.WebRTC.Addresses) != 5 || v.WebRTC.LeaveOut == nil || !v.TURN.First {
		t.Errorf("%+v", v)
	}
	for text, want := range map[string]string{
		`{webrtcPort: 70000}`:                                          "video.webrtcPort: 70000",
		`{webrtc: {listen: post}}`:                                     "video.webrtc.listen",
		`{webrtc: {addresses: [a, "http://x"]}}`:                       "video.webrtc.addresses[1]",
		`{webrtc: {addresses: ["x:0"]}}`:                               "video.webrtc.addresses[0]",
		`{webrtc: {leaveOut: ["[x"]}}`:                                 "video.webrtc.leaveOut[0]",
		`{turn: {publicAddress: x}}`:                                   "video.turn.port: is missing",
		`{turn: {port: 3478, tlsPort: 5349}}`:                          "video.turn.tlsPort: needs tls.certificate",
		`{turn: {port: 3478, realm: 'a"b'}}`:                           "video.turn.realm",
		`{turn: {port: 3478, publicAddress: "turn:x"}}`:                "video.turn.publicAddress",
		`{webrtcPort: 8189, turn: {port: 8189}}`:                       "video.turn.port: 8189 is video.webrtcPort",
		`{turn: {port: 3478, secret: x}}`:                              "secret",
		`{record: {segment: 1ms}}`:                                     "video.record.segment",
		`{record: {keepFreeGB: -1}}`:                                   "video.record.keepFreeGB",
		`{detector: process}`:                                          "video.detectorCommand: is missing",
		`{detectorCommand: [x]}`:                                       "video.detectorCommand: is of no use",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", detector: process}]": "video.detectorCommand: is missing",
		`{detector: magic}`:                                            "video.detector",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", detector: on}]":      "feeds[0].detector",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", detector: motion, camera: {kind: thermal}}]": "feeds[0].detector: motion is for EO",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", detector: network}]":                         "feeds[0].detector: network is for thermal",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", pose: gps}]":                                 "feeds[0].pose",
		"{}\nfeeds: [{id: a, url: \"rtsp://h/p\", pose: mavlink}]":                             "feeds[0].pose: mavlink needs the vehicle",
		`{webrtc: {addresses: [` + strings.Repeat("x", 300) + `]}}`:                            "video.webrtc.addresses[0]",
	} {
		_, err := Parse("v.yaml", []byte("video: "+text+"\n"))
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

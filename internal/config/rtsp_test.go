package config

import (
	"errors"
	"strings"
	"testing"
)

func TestRTSPServerIsRefusedWhereItWouldTellSecrets(t *testing.T) {
	t.Parallel()
	const withTLS = "tls: {certificate: c.pem, key: k.pem}\n"
	for text, want := range map[string]string{
		"": "",
		`video: {rtsp: {listen: "127.0.0.1:8554"}}`:                             "",
		`video: {rtsp: {listen: "[::1]:8554", udpPort: 8000, maxReaders: 5}}`:   "",
		`video: {rtsp: {listen: ":8554", insecure: true}}`:                      "",
		withTLS + `video: {rtsp: {listenTLS: ":8322"}}`:                         "",
		`video: {rtsp: {listen: ":8554"}}`:                                      "video.rtsp.listen: \":8554\" can be reached by others",
		withTLS + `video: {rtsp: {listen: "0.0.0.0:8554", listenTLS: ":8322"}}`: "video.rtsp.listen: \"0.0.0.0:8554\" can be",
		`video: {rtsp: {listen: "127.0.0.1"}}`:                                  "video.rtsp.listen: \"127.0.0.1\" needs the form",
		`video: {rtsp: {listenTLS: ":8322"}}`:                                   "video.rtsp.listenTLS: needs tls.certificate",
		`video: {rtsp: {listen: "127.0.0.1:1", udpPort: 8001}}`:                 "video.rtsp.udpPort: 8001 is not an even port",
		`video: {rtsp: {listen: "127.0.0.1:1", maxReaders: -1}}`:                "video.rtsp.maxReaders",
		`video: {rtsp: {port: 8554}}`:                                           "port",
	} {
		_, err := Parse("r.yaml", []byte(text+"\n"))
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

package station

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"os"

	"vedette/internal/config"
	"vedette/video"
	"vedette/video/thermal/network"
)

// videoConfig says how browsers reach the pictures. host is where the console listens, empty for everywhere.
func videoConfig(file config.Config, host string) (video.Config, error) {
	v := file.Video
	out := video.Config{
		WebRTCUDPPort: v.WebRTCPort, ListenHost: cmp.Or(v.WebRTC.Listen, host), Addresses: v.WebRTC.Addresses,
		DetectorCommand: v.DetectorCommand,
		NoTCP:           v.WebRTC.TCP != nil && !*v.WebRTC.TCP,
	}
	if v.WebRTC.LeaveOut != nil {
		out.LeaveOut = append([]string{}, *v.WebRTC.LeaveOut...)
	}
	if v.Weights != "" {
		bytes, err := os.ReadFile(v.Weights)
		if err != nil {
			return out, fmt.Errorf("video.weights: %w", err)
		}
		if out.Weights, err = network.Parse(bytes); err != nil {
			return out, fmt.Errorf("video.weights: %s: %w", v.Weights, err)
		}
	}
	if v.TURN == nil {
		return out, nil
	}
	out.TURN = &video.TURNConfig{
		Port: v.TURN.Port, TLSPort: v.TURN.TLSPort, Realm: v.TURN.Realm, PublicAddress: v.TURN.PublicAddress, First: v.TURN.First,
	}
	if v.TURN.TLSPort != 0 {
		cert, err := tls.LoadX509KeyPair(file.TLS.Certificate, file.TLS.Key)
		if err != nil {
			return out, fmt.Errorf("certificate for TURN: %w", err)
		}
		out.TURN.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	return out, nil
}

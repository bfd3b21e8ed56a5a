package link

import (
	"encoding/binary"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// RadioStatus is the last report of a telemetry radio (RADIO_STATUS 109, which SiK radios put into the stream).
type RadioStatus struct {
	// At is when it came; the zero time means never.
	At time.Time
	// RSSI is what our radio hears, RemoteRSSI what the far one does, Noise and RemoteNoise what they hear of everything
	// else; all in the radio's units, of which SiK takes 1.9 for a decibel. 255 is unknown.
	RSSI, RemoteRSSI, Noise, RemoteNoise uint8
	// TxBufferPercent is how much of our radio's transmit buffer is free.
	TxBufferPercent uint8
	// ReceiveErrors and Corrected count packets since the radio's start.
	ReceiveErrors, Corrected uint16
}

var radioStatusID = (&common.MessageRadioStatus{}).GetID()

const radioStatusLen = 9

// parseRadioStatus reads a payload, whose trailing zeros MAVLink 2 cuts off. The longest fields come first.
func parseRadioStatus(payload []byte, at time.Time) RadioStatus {
	var b [radioStatusLen]byte
	copy(b[:], payload)
	return RadioStatus{
		At: at, ReceiveErrors: binary.LittleEndian.Uint16(b[0:]), Corrected: binary.LittleEndian.Uint16(b[2:]),
		RSSI: b[4], RemoteRSSI: b[5], TxBufferPercent: min(b[6], 100), Noise: b[7], RemoteNoise: b[8],
	}
}

// share is what of the bandwidth is worth using: a far radio that hardly hears ours loses what is sent more quickly.
func (r RadioStatus) share() float64 {
	const (
		unknown = 255
		perDB   = 1.9
		bad     = 5 * perDB
		poor    = 10 * perDB
	)
	margin := float64(r.RemoteRSSI) - float64(r.RemoteNoise)
	switch {
	case r.RemoteRSSI == 0 || r.RemoteRSSI == unknown || margin > poor:
		return 1
	case margin > bad:
		return 0.75
	default:
		return 0.5
	}
}

// radio takes a report. Where the bandwidth is not limited it is only shown.
func (l *Link) radio(f Frame, at time.Time) {
	r := parseRadioStatus(f.Payload, at)
	l.mu.Lock()
	l.radioStatus = r
	l.mu.Unlock()
	l.pace.report(r, at)
}

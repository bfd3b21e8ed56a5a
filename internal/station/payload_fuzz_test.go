package station

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/camera"
	"vedette/mavlink/gimbal"
)

// payloadMessages are those that gimbals and cameras send.
var payloadMessages = []uint32{158, 180, 259, 260, 261, 262, 263, 265, 269, 270, 271, 275, 276, 277, 280, 281, 283, 285}

// FuzzPayload lets gimbals and cameras say anything: what the API then shows is always JSON and never without end.
func FuzzPayload(f *testing.F) {
	d := &dialect.ReadWriter{Dialect: all.Dialect}
	if err := d.Initialize(); err != nil {
		f.Fatal(err)
	}
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	for i := range payloadMessages {
		seed := []byte{100, byte(i), 255}
		for range 63 {
			seed = append(seed, nan...)
		}
		f.Add(seed)
		f.Add(append([]byte{1, byte(i), 255}, make([]byte, 255)...))
	}
	m, err := mavlink.New(mavlink.Config{})
	if err != nil {
		f.Fatal(err)
	}
	v := &vehicles{mavlink: m, looks: newLooks()}
	f.Fuzz(func(t *testing.T, data []byte) {
		cameras, gimbals := camera.NewSet(1), gimbal.NewSet(1)
		now := time.Unix(1_800_000_000, 0)
		for len(data) >= 3 {
			component, id, n := data[0], payloadMessages[int(data[1])%len(payloadMessages)], min(int(data[2]), len(data)-3)
			payload := data[3 : 3+n]
			data = data[3+n:]
			msg, err := d.GetMessage(id).Read(&message.MessageRaw{ID: id, Payload: payload}, true)
			if err != nil {
				continue
			}
			_, isCamera := cameras.Apply(component, msg, now, now)
			if isGimbal := gimbals.Apply(component, msg, now); isCamera == isGimbal {
				t.Fatalf("message %d is a camera's %v and a gimbal's %v", id, isCamera, isGimbal)
			}
			now = now.Add(time.Millisecond)
		}
		shown := mavlink.Vehicle{ID: 1, Cameras: cameras.List()}
		for _, g := range gimbals.List() {
			view := mavlink.Gimbal{ID: g.ID, Name: g.Name, Mode: g.Mode(), Failures: g.Failures, Abilities: g.AbilityNames()}
			if g.Pitch != nil {
				view.PitchRange = &[2]float64{g.Pitch.Min, g.Pitch.Max}
			}
			shown.Gimbals = append(shown.Gimbals, view)
		}
		text, err := json.Marshal(map[string]any{"cameras": v.describeCameras(shown, now), "gimbals": v.describeGimbals(shown)})
		if err != nil || len(text) > 1<<20 {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
	})
}

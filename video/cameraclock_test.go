package video

import (
	"strings"
	"testing"
	"time"

	"vedette/video/ingest"
)

func TestAClockOfTheMetadataThatIsOffIsAHintForAWhile(t *testing.T) {
	t.Parallel()
	var v verdict
	v.begin(ingest.Track{Codec: ingest.H264}, start)
	if _, hints := v.look(start, true); len(hints) != 0 {
		t.Errorf("before any packet: %v", hints)
	}
	for _, tc := range []struct {
		off   time.Duration
		exact bool
		words []string
	}{
		{2 * time.Hour, true, []string{"2 hours ahead of", "sender reports"}},
		{-6 * time.Second, false, []string{"6 s behind", "arrive"}},
	} {
		v.metadataClock(tc.off, tc.exact, start)
		for after, want := range map[time.Duration]int{0: 1, clockSaid: 1, clockSaid + 1: 0} {
			_, hints := v.look(start.Add(after), true)
			if len(hints) != want {
				t.Fatalf("after %v: %v", after, hints)
			}
			for _, h := range hints {
				for _, w := range append(tc.words, "tag 2", "NTP") {
					if h.Code != HintMetadataClock || !strings.Contains(h.Words, w) {
						t.Errorf("%q is not in %+v", w, h)
					}
				}
			}
		}
	}
	v.metadataClock(time.Hour, true, start)
	v.begin(ingest.Track{Codec: ingest.H264}, start)
	if _, hints := v.look(start, true); len(hints) != 0 {
		t.Errorf("of the connection before: %v", hints)
	}
}

func TestAFalseClockOfTheCameraIsAHint(t *testing.T) {
	t.Parallel()
	at := start.Add(5 * time.Second)
	tests := []struct {
		name    string
		capture time.Time
		jump    time.Duration
		words   string // "": nothing is said
	}{
		{"right", at.Add(-200 * time.Millisecond), 0, ""},
		{"without reports", time.Time{}, 0, ""},
		{"1970", time.Unix(0, 0), 0, "57 years behind"},
		{"an hour ahead, as summer time is", at.Add(time.Hour), 0, "60 minutes ahead"},
		{"six seconds behind", at.Add(-6 * time.Second), 0, "6 s behind"},
		{"two centuries ahead", at.AddDate(200, 0, 0), 0, "200 years ahead"},
		{"jumps", at, -2 * time.Hour, "its last step was 2 hours"},
		{"jumps and is off", at.Add(time.Hour), 2 * time.Hour, "jumps"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var v verdict
			v.begin(ingest.Track{Codec: ingest.H264}, start)
			v.packet(ingest.Packet{Payload: []byte{0x41, 0x9a}, Marker: true, Arrival: at, Capture: tc.capture, ClockJump: tc.jump})
			problem, hints := v.look(at, true)
			if problem.Code != "" {
				t.Errorf("a problem: %+v", problem)
			}
			if tc.words == "" {
				if len(hints) != 0 {
					t.Errorf("hints %v", hints)
				}
				return
			}
			if len(hints) != 1 || hints[0].Code != HintFalseClock || !strings.Contains(hints[0].Words, tc.words) || !strings.Contains(hints[0].Words, "NTP") {
				t.Errorf("hints %v", hints)
			}
			if _, hints := v.look(at.Add(time.Second), false); len(hints) != 0 {
				t.Errorf("without a signal: %v", hints)
			}
			v.packet(ingest.Packet{Payload: []byte{0x41, 0x9a}, Marker: true, Arrival: at.Add(time.Minute), Capture: at.Add(time.Minute)})
			if _, hints := v.look(at.Add(time.Minute), true); len(hints) != 0 {
				t.Errorf("a clock that is right again: %v", hints)
			}
		})
	}
}

package relay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

func TestMessagesReachTheChannelThatAViewerOpens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg  peerConfig
		want string // the label on which messages come
	}{
		"its own":            {peerConfig{channels: []string{DataLabel}}, DataLabel},
		"one of the station": {peerConfig{channels: []string{"other"}}, DataLabel},
		"among others":       {peerConfig{channels: []string{DataLabel, "x", "y"}}, DataLabel},
		"over TCP":           {peerConfig{channels: []string{DataLabel}, networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4}}, DataLabel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, s := open(t, nil)
			s.Tell("before")
			p := watch(t, r, s, c.cfg)
			poll(t, "the newest message", func() bool { return slices.Contains(p.messages(c.want), "before") })
			s.Tell("after")
			poll(t, "another one", func() bool { return slices.Contains(p.messages(c.want), "after") })
			// A viewer that opens several channels may get the newest message on the station's and on its own, but on none a message twice, nor
			// an older one after a newer.
			for _, line := range p.lines(c.want) {
				if got := strings.Join(line, " "); got != "before" && got != "after" && got != "before after" {
					t.Errorf("one channel had %q", line)
				}
			}
			p.awaitMedia()
			if n := s.Counts(); n.MessagesOut < 2 || n.MessagesOut > 3 || n.MessagesDropped != 0 {
				t.Errorf("%+v", n)
			}
		})
	}
}

func TestAViewerWithoutAChannelGetsPicturesAlone(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{})
	p.awaitMedia()
	s.Tell("nobody hears it")
	if n := s.Counts(); n.MessagesOut != 0 || n.MessagesDropped != 0 {
		t.Errorf("%+v", n)
	}
}

func TestAMessageOfAnEndedSourceIsNotTold(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	s.Tell("old")
	s.message.Store(nil) // as Restart does, which the source of this test would have to call
	p := watch(t, r, s, peerConfig{channels: []string{DataLabel}})
	p.awaitMedia()
	poll(t, "a channel", func() bool { s.Tell("new"); return len(p.messages(DataLabel)) > 0 })
	if got := p.messages(DataLabel)[0]; got != "new" {
		t.Errorf("%q", got)
	}
}

func TestTooManyMessagesAreDropped(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	p := watch(t, r, s, peerConfig{channels: []string{DataLabel}})
	poll(t, "a channel", func() bool { s.Tell("x"); return len(p.messages(DataLabel)) > 0 })
	large := strings.Repeat("x", maxDataQueued/2+1)
	poll(t, "messages that are dropped", func() bool {
		for range 50 {
			s.Tell(large)
		}
		return s.Counts().MessagesDropped > 0
	})
	p.awaitMedia() // the pictures go on
}

func TestAViewerThatOpensManyChannelsIsEnded(t *testing.T) {
	t.Parallel()
	r, s := open(t, nil)
	var many []string
	for i := range maxChannels + 1 {
		many = append(many, fmt.Sprint("c", i))
	}
	watch(t, r, s, peerConfig{channels: many})
	poll(t, "its end", func() bool { return s.Viewers() == 0 })
}

package link

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// stranger is a whole MAVLink 2 frame of a message that no dialect has.
func stranger(t testing.TB, id uint32, payload []byte, extra byte) []byte {
	t.Helper()
	b := []byte{magicV2, byte(len(payload)), 0, 0, 7, 1, 1, byte(id), byte(id >> 8), byte(id >> 16)}
	b = append(b, payload...)
	sum := checksum(b[1:], extra)
	return append(b, byte(sum), byte(sum>>8))
}

func TestFramesOfUnknownMessagesAreFoundAndCostNoGoodFrame(t *testing.T) {
	t.Parallel()
	c := codec(t)
	rng := rand.New(rand.NewPCG(1, 2))
	payload := make([]byte, 200)
	for i := range payload {
		payload[i] = byte(rng.IntN(0xFD)) // no start of a frame inside
	}
	odd := stranger(t, 54321, payload, 99)
	stream := slices.Concat(heartbeats(t, c, 3), odd, heartbeats(t, c, 3), []byte{magicV2}, heartbeats(t, c, 3), odd)
	for name, feed := range map[string]func(*Scanner, func(Frame)){
		"datagram": func(s *Scanner, emit func(Frame)) { s.Datagram(stream, emit) },
		"stream, byte by byte": func(s *Scanner, emit func(Frame)) {
			for i := range stream {
				s.Feed(stream[i:i+1], time.Unix(1, 0), emit)
			}
		},
	} {
		known, passed := 0, 0
		s := NewScanner(c)
		s.Unknown = func(f Frame) {
			if !bytes.Equal(f.Raw, odd) || f.MessageID != 54321 || f.SystemID != 1 {
				t.Errorf("%s: passed on %+v", name, f)
			}
			passed++
		}
		feed(s, func(f Frame) {
			if f.MessageID != 0 {
				t.Errorf("%s: found message %d", name, f.MessageID)
			}
			known++
		})
		if known != 9 || passed != 2 || s.Counts().Frames != 9 || s.Counts().Unknown != 2 {
			t.Errorf("%s: %d known, %d unknown, %+v", name, known, passed, s.Counts())
		}
	}
}

func TestNoiseRarelyLooksLikeAnUnknownMessage(t *testing.T) {
	t.Parallel()
	c := codec(t)
	rng := rand.New(rand.NewPCG(3, 4))
	s := NewScanner(c)
	s.Unknown = func(Frame) {}
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	s.Datagram(noise, func(Frame) {})
	if n := s.Counts().Unknown; n > 2 {
		t.Errorf("%d frames in a megabyte of noise", n)
	}
}

func TestTargetsAreReadFromPayloads(t *testing.T) {
	t.Parallel()
	c := codec(t)
	s := NewScanner(c)
	check := func(b []byte, system, component uint8) {
		t.Helper()
		s.Datagram(b, func(f Frame) {
			gotSystem, gotComponent := c.Target(f.MessageID, f.Payload)
			if gotSystem != system || gotComponent != component {
				t.Errorf("message %d is for %d/%d, want %d/%d", f.MessageID, gotSystem, gotComponent, system, component)
			}
		})
	}
	check(encode(t, c, 0, &common.MessageCommandLong{TargetSystem: 3, TargetComponent: 4, Param7: 5}), 3, 4)
	check(encode(t, c, 0, &common.MessageMissionItemInt{TargetSystem: 200}), 200, 0)
	check(encode(t, c, 0, &common.MessageTimesync{Tc1: 1, TargetSystem: 9, TargetComponent: 1}), 9, 1)
	check(encode(t, c, 0, &common.MessageParamSet{TargetSystem: 8, TargetComponent: 1, ParamId: "A"}), 8, 1)
	check(encode(t, c, 0, &common.MessageHeartbeat{}), 0, 0)
	check(encode(t, c, 0, &common.MessageManualControl{Target: 7, X: 5}), 7, 0)
	if c.Addressed(0) || !c.Addressed(76) || c.Addressed(1<<20) {
		t.Error("Addressed")
	}
}

// fakeSeal signs with what it is.
type fakeSeal struct {
	fill byte
	ok   bool
}

func (f fakeSeal) Sign([]byte) (s [signatureV2]byte, ok bool) {
	for i := range s {
		s[i] = f.fill
	}
	return s, f.ok
}

func TestSealsRawFramesAndTheRecordOfWhatWasSent(t *testing.T) {
	t.Parallel()
	c := codec(t)
	var mu sync.Mutex
	var sent [][]byte
	var targets []uint8
	var e ear
	l, err := New(Config{Name: "test", UDPServer: "127.0.0.1:0"}, Params{
		Codec: c, Handler: &e, SystemID: 255, ComponentID: 190, Beacon: &common.MessageHeartbeat{Type: 6},
		Hooks: Hooks{
			Seals: func(_ *Peer, target uint8) []Seal {
				mu.Lock()
				defer mu.Unlock()
				targets = append(targets, target)
				if target == 0 {
					return nil
				}
				return []Seal{fakeSeal{1, true}, nil, fakeSeal{2, false}, fakeSeal{3, true}}
			},
			Sent: func(_ *Peer, b []byte, _ time.Time) {
				mu.Lock()
				defer mu.Unlock()
				sent = append(sent, bytes.Clone(b))
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, l)
	conn := dial(t, "udp", l)
	if _, err := conn.Write(encode(t, c, 0, &common.MessagePing{})); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the ping is answered", func() bool { mu.Lock(); defer mu.Unlock(); return len(sent) >= 4 })
	var peer *Peer
	l.mu.Lock()
	for p := range l.peers {
		peer = p
	}
	l.mu.Unlock()
	odd := stranger(t, 54321, []byte{1, 2, 3}, 5)
	peer.Send(Urgent, Raw(odd))
	eventually(t, "the raw frame is out", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.ContainsFunc(sent, func(b []byte) bool { return bytes.Equal(b, odd) })
	})
	mu.Lock()
	defer mu.Unlock()
	var marks []byte
	sequences := map[byte]bool{}
	s := NewScanner(c)
	for _, b := range sent {
		s.Datagram(b, func(f Frame) {
			if f.MessageID != pingID {
				return
			}
			sequences[f.Sequence] = true
			mark := byte(0)
			if f.Signed {
				mark = b[len(b)-1]
			}
			marks = append(marks, mark)
		})
	}
	if !bytes.Equal(marks, []byte{1, 0, 3}) || len(sequences) != 3 || l.Stats().Unsealed != 1 {
		t.Errorf("signed by %v, sequences %v, %+v", marks, sequences, l.Stats())
	}
	if targets[0] != 0 || targets[1] != 1 {
		t.Errorf("targets %v", targets)
	}
}

func TestAnUnknownMessageMakesNoPeer(t *testing.T) {
	t.Parallel()
	c := codec(t)
	var e ear
	heard := make(chan []byte, 10)
	l, err := New(Config{Name: "test", UDPServer: "127.0.0.1:0"}, Params{
		Codec: c, Handler: &e, SystemID: 255, ComponentID: 190,
		Hooks: Hooks{Unknown: func(_ *Peer, f Frame, _ time.Time) { heard <- bytes.Clone(f.Raw) }},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, l)
	odd := stranger(t, 54321, []byte{1, 2, 3}, 5)
	conn := dial(t, "udp", l)
	write := func(b []byte) {
		t.Helper()
		if _, err := conn.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	write(odd)
	eventually(t, "it is in", func() bool { return l.Stats().BytesIn > 0 })
	if l.Stats().Peers != 0 || len(heard) != 0 {
		t.Errorf("%+v, %d heard", l.Stats(), len(heard))
	}
	write(heartbeats(t, c, 1))
	eventually(t, "a peer", func() bool { return l.Stats().Peers == 1 })
	write(odd)
	if got := <-heard; !bytes.Equal(got, odd) {
		t.Errorf("heard %x", got)
	}
}

package signing

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/frame"
)

// frameOf makes the unsigned part of a signed frame with random content.
func frameOf(rng *rand.Rand, system, component uint8, id uint32) []byte {
	payload := make([]byte, 1+rng.IntN(255))
	for i := range payload {
		payload[i] = byte(rng.Uint32())
	}
	b := []byte{0xFD, byte(len(payload)), 1, 0, byte(rng.Uint32()), system, component, byte(id), byte(id >> 8), byte(id >> 16)}
	b = append(b, payload...)
	return append(b, byte(rng.Uint32()), byte(rng.Uint32()))
}

func signed(k Key, b []byte, linkID uint8, at Timestamp) []byte {
	end := Sign(k, b, linkID, at)
	return append(bytes.Clone(b), end[:]...)
}

func TestSignaturesAreThoseOfGomavlib(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		k := NewKey()
		linkID, at := uint8(rng.Uint32()), Timestamp(rng.Uint64())&maxTimestamp
		b := frameOf(rng, 1, 1, rng.Uint32()&0xFFFFFF)
		whole := signed(k, b, linkID, at)
		r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(whole))}
		if err := r.Initialize(); err != nil {
			t.Fatal(err)
		}
		f, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		theirs, ok := f.(*frame.V2Frame)
		if !ok || theirs.SignatureLinkID != linkID || theirs.SignatureTimestamp != uint64(at) {
			t.Fatalf("gomavlib reads %+v", f)
		}
		if *theirs.Signature != *theirs.GenerateSignature(frame.NewV2Key(k[:])) {
			t.Fatal("gomavlib signs otherwise")
		}
		if gotLink, gotAt := Read(whole); gotLink != linkID || gotAt != at || !Matches(k, whole) {
			t.Fatalf("we read %d, %d", gotLink, gotAt)
		}
		whole[rng.IntN(len(whole))] ^= 1 << rng.IntN(8)
		if Matches(k, whole) {
			t.Fatal("a changed frame matches")
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	// sha256("vedette"), as `printf vedette | sha256sum` prints it.
	const words, digits = "vedette", "d471e87bb4a937dfc98fe604bb4e0b2a67afaa241e8f2773a6d5c4fb35c3ecb0"
	k := FromPassphrase(words)
	if got := fmt.Sprintf("%x", k[:]); got != digits {
		t.Errorf("the key of %q is %s", words, got)
	}
	same, err := ParseKey(" " + strings.ToUpper(digits) + "\n")
	if err != nil || same != k {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("0", 64), strings.Repeat("g", 64), strings.Repeat("AAAA", 11)} {
		if _, err := ParseKey(bad); err == nil {
			t.Errorf("%q is a key", bad)
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", k)
	text := log.String() + fmt.Sprintf("%v %+v %#v %s", k, struct{ K Key }{k}, k, k)
	if strings.Contains(text, digits[:8]) || strings.Contains(text, fmt.Sprint(k[0], " ", k[1])) {
		t.Errorf("the key shows: %s", text)
	}
	if b, err := json.Marshal(k); err == nil {
		t.Errorf("written as %s", b)
	}
}

func TestTimestampsOnlyRise(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	if got := TimestampOf(time.Date(2015, 1, 1, 0, 0, 1, 0, time.UTC)); got != 100000 {
		t.Errorf("a second after the epoch is %d", got)
	}
	if TimestampOf(time.Unix(0, 0)) != 0 || TimestampOf(now.AddDate(500, 0, 0)) > maxTimestamp {
		t.Error("out of range")
	}
	rng := rand.New(rand.NewPCG(2, 2))
	onDisk := Timestamp(0)
	c := NewClock(onDisk)
	last := Timestamp(0)
	for i := range 20000 {
		switch rng.IntN(100) {
		case 0: // the computer's clock jumps, also back
			now = now.Add(time.Duration(rng.Int64N(int64(time.Hour))) - 30*time.Minute)
		case 1: // a crash: all that is left is what was written
			c = NewClock(onDisk)
		case 2:
			c.Saw(last + Timestamp(rng.IntN(1000)))
		default:
			now = now.Add(time.Duration(rng.IntN(20)) * time.Microsecond)
		}
		at, ok := c.Next(now)
		if !ok {
			onDisk, _ = c.Wanted(now)
			c.Grant(onDisk)
			if at, ok = c.Next(now); !ok {
				t.Fatal("no timestamp after a grant")
			}
		}
		if at <= last || at > onDisk {
			t.Fatalf("%d: %d after %d, %d on disk", i, at, last, onDisk)
		}
		last = at
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	var s Streams
	const t0 = Timestamp(1e12)
	a, b := Stream{1, 1, 0}, Stream{1, 1, 1}
	for i, c := range []struct {
		st   Stream
		at   Timestamp
		want Verdict
	}{
		{a, t0, Verified},
		{a, t0, RefusedCopy},
		{a, t0 - 1, RefusedCopy},
		{a, t0 - lateness - 1, RefusedReplay},
		{a, t0 + 1, Verified},
		{b, t0 + 1 - window, Verified}, // a minute behind is new enough
		{Stream{1, 1, 2}, t0 - window, RefusedOld},
		{a, t0 + 10*window, Verified},
		{b, t0 + 2, Verified}, // an old stream needs only to rise
		{Stream{1, 2, 0}, t0 + 2, RefusedOld},
		{Stream{1, 2, 0}, t0 + 11*window, Verified},
	} {
		if got := s.Check(c.st, c.at); got != c.want {
			t.Errorf("%d: %v at %d gives %v, want %v", i, c.st, c.at, got, c.want)
		}
	}
	// What has ended makes room; what goes on does not.
	s = Streams{}
	for i := range maxStreams {
		s.Check(Stream{1, 1, uint8(i)}, t0)
	}
	if v := s.Check(Stream{1, 1, 200}, t0); v != RefusedStreams {
		t.Errorf("one too many: %v", v)
	}
	s.Check(Stream{1, 1, 0}, t0+2*window)
	if v := s.Check(Stream{1, 1, 200}, t0+2*window); v != Verified || len(s.Last) != 2 {
		t.Errorf("%v, %d streams", v, len(s.Last))
	}
	if v := s.Check(Stream{1, 1, 1}, t0+1); v != RefusedOld {
		t.Errorf("a stream that was dropped: %v", v)
	}
}

func in(system, component uint8, id uint32, raw []byte, isSigned, trusted bool) Frame {
	return Frame{System: system, Component: component, MessageID: id, Raw: raw, Signed: isSigned, Trusted: trusted}
}

func TestARingTakesOverAKeyWhenSignedFramesCome(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "signing")
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	r, err := Open(Config{Folder: dir, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	linkID := r.LinkID("lan")
	rng := rand.New(rand.NewPCG(3, 3))
	k := FromPassphrase("one")
	plain := frameOf(rng, 7, 1, 30)
	admit := func(f Frame, want Verdict) {
		t.Helper()
		if got := r.Admit(f, now); got != want {
			t.Errorf("verdict %v, want %v", got, want)
		}
	}
	admit(in(7, 1, 30, plain, false, false), Unchecked)
	if err := r.Offer(7, k, now); err != nil {
		t.Fatal(err)
	}
	admit(in(7, 1, 30, plain, false, false), Unchecked) // it has not switched yet
	if _, ok := r.KeyOf(7); ok {
		t.Error("we sign before the vehicle does")
	}
	// A crash now loses nothing.
	if r, err = Open(Config{Folder: dir, Now: clock}); err != nil {
		t.Fatal(err)
	}
	at := TimestampOf(now)
	first := signed(k, plain, 0, at)
	admit(in(7, 1, 30, first, true, false), Confirmed)
	admit(in(7, 1, 30, first, true, false), RefusedCopy)
	admit(in(7, 1, 30, signed(k, plain, 0, at+1+lateness), true, false), Verified)
	admit(in(7, 1, 30, plain, false, false), RefusedUnsigned)
	admit(in(7, 1, 30, plain, false, true), Excused)
	admit(in(7, 1, radioStatus, plain, false, false), Excused)
	admit(in(7, 1, 30, signed(FromPassphrase("two"), plain, 0, at+2+lateness), true, false), RefusedSignature)
	admit(in(8, 1, 30, plain, false, false), Unchecked)
	s, ok := r.KeyOf(7)
	if !ok {
		t.Fatal("no key after confirmation")
	}
	s.LinkID = linkID
	end, ok := s.Sign(plain)
	if !ok || !Matches(k, append(bytes.Clone(plain), end[:]...)) {
		t.Error("not signed with the key")
	}
	_, sentAt := Read(end[:])
	if err := r.Keep(now); err != nil {
		t.Fatal(err)
	}
	// The next start: same link id, later timestamps although the clock went back, and no replay.
	now = now.Add(-time.Hour)
	if r, err = Open(Config{Folder: dir, Now: clock}); err != nil {
		t.Fatal(err)
	}
	if got := r.LinkID("lan"); got != linkID {
		t.Errorf("link id %d, was %d", got, linkID)
	}
	admit(in(7, 1, 30, first, true, false), RefusedReplay)
	s, _ = r.KeyOf(7)
	end, ok = s.Sign(plain)
	if _, again := Read(end[:]); !ok || again <= sentAt {
		t.Errorf("timestamp %d after %d", again, sentAt)
	}
	for _, name := range []string{keysFile, timesFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if st := r.Stats(); st.Keys != 1 || st.RefusedReplay != 1 {
		t.Errorf("%+v", st)
	}
	// Forgetting it: frames are taken unchecked, and a key that comes back does not begin in the past.
	if err := r.Forget(7, now); err != nil {
		t.Fatal(err)
	}
	admit(in(7, 1, 30, first, true, false), Unchecked)
	if r, err = Open(Config{Folder: dir, Now: clock}); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.KeyOf(7); ok {
		t.Error("the key is still there")
	}
	if err := r.Offer(7, k, now); err != nil {
		t.Fatal(err)
	}
	admit(in(7, 1, 30, signed(k, plain, 3, at+1e9), true, false), Confirmed)
	s, _ = r.KeyOf(7)
	end, _ = s.Sign(plain)
	if _, again := Read(end[:]); again <= at+1e9 {
		t.Errorf("timestamp %d, the vehicle is at %d", again, at+1e9)
	}
}

func TestAFullDiskMakesARingSilentAndNeverReusesATimestamp(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "signing")
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	r, err := Open(Config{Folder: dir, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	k, plain := NewKey(), frameOf(rng, 7, 1, 30)
	if err := r.Offer(7, k, now); err != nil {
		t.Fatal(err)
	}
	r.Admit(in(7, 1, 30, signed(k, plain, 0, 1), true, false), now)
	s, _ := r.KeyOf(7)
	if _, ok := s.Sign(plain); !ok {
		t.Fatal("cannot sign")
	}
	if err := os.Rename(dir, dir+"-gone"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	if _, ok := s.Sign(plain); ok {
		t.Error("signed with a timestamp that is on no disk")
	}
	if err := os.Rename(dir+"-gone", dir); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Sign(plain); !ok {
		t.Error("the disk is back and it does not sign")
	}
}

func TestDamagedFilesAreSaid(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		keysFile:              "{",
		keysFile + "/vehicle": `{"vehicles":{"300":{}}}`,
		keysFile + "/key":     `{"vehicles":{"3":{"key":"abcd"}}}`,
		timesFile:             `{"vehicles":{"3":{"last":{"1/1":5}}}}`,
	} {
		dir := t.TempDir()
		file, _, _ := strings.Cut(name, "/")
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Config{Folder: dir}); err == nil || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), "abcd") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

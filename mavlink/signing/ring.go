package signing

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where a Ring keeps its keys and how strict it is.
type Config struct {
	// Folder holds the files, made with mode 0700; empty keeps everything in memory only.
	Folder string
	// AcceptUnsigned takes unsigned frames also of vehicles that have a key, on every link.
	AcceptUnsigned bool
	// Now is the clock by which what is sent is stamped; nil is time.Now.
	Now func() time.Time
}

// Ring holds the keys of a station, one for each vehicle. Its methods may be called from anywhere.
type Ring struct {
	cfg    Config
	guards [256]atomic.Pointer[guard]
	// unkeyed counts the signed frames of vehicles without a key.
	unkeyed [256]atomic.Uint64
	counts  [verdicts]atomic.Uint64

	// saving lets one write the files at a time; it is taken before mu.
	saving sync.Mutex

	mu     sync.Mutex
	links  map[string]uint8
	clocks map[Key]*Clock
	past   map[uint8]past // of vehicles without a key now
	dirty  bool           // keys.json is not as it should be
}

// past is what must outlive a key: timestamps are not used twice, even if the same key comes back.
type past struct {
	Reserved Timestamp `json:"reserved,omitempty"`
	Streams
}

// guard is what the station knows about the signing of one vehicle that has a key, or is being given one.
type guard struct {
	system uint8

	mu           sync.Mutex
	key, pending *Key
	since        time.Time // when the key was confirmed
	given        time.Time // when the pending key was sent
	leaving      uint8     // the autopilot's component while signing is being switched off
	streams      Streams
	counts       [verdicts]uint64
	last         [verdicts]time.Time
}

// Open reads the files of a ring, if there are any.
func Open(cfg Config) (*Ring, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Ring{cfg: cfg, links: make(map[string]uint8), clocks: make(map[Key]*Clock), past: make(map[uint8]past)}
	if cfg.Folder == "" {
		return r, nil
	}
	if err := r.load(); err != nil {
		return nil, fmt.Errorf("open the signing keys: %w", err)
	}
	return r, nil
}

// Frame is a frame that has come, as far as signing goes.
type Frame struct {
	System, Component uint8
	MessageID         uint32
	Signed            bool
	// Raw is the whole frame.
	Raw []byte
	// Trusted tells that it came over a trusted link.
	Trusted bool
}

// Radios put their status between the frames of a vehicle, and know no key.
const (
	radioStatus = 109
	radioOld    = 166
	heartbeat   = 0
)

// Admit decides about a frame. A frame for which the verdict is Refused must not be used.
func (r *Ring) Admit(f Frame, now time.Time) Verdict {
	g := r.guards[f.System].Load()
	if g == nil {
		if f.Signed {
			r.unkeyed[f.System].Add(1)
		}
		return Unchecked
	}
	v, key := g.judge(f, now, r.cfg.AcceptUnsigned)
	r.counts[v].Add(1)
	if key != nil {
		_, at := Read(f.Raw)
		r.saw(*key, at)
	}
	if v == Confirmed {
		r.soil()
	}
	return v
}

// judge decides, and gives the key with which a frame was signed that is taken.
func (g *guard) judge(f Frame, now time.Time, lax bool) (v Verdict, key *Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if f.Signed {
		v = g.judgeSigned(f, now)
	} else {
		v = g.judgeUnsigned(f, lax)
	}
	g.counts[v]++
	g.last[v] = now
	if f.Signed && (v == Verified || v == Confirmed) {
		key = g.key
	}
	return v, key
}

// judgeSigned decides about a signed frame; g.mu must be held.
func (g *guard) judgeSigned(f Frame, now time.Time) Verdict {
	linkID, at := Read(f.Raw)
	st := Stream{f.System, f.Component, linkID}
	switch {
	case g.key != nil && Matches(*g.key, f.Raw):
		return g.streams.Check(st, at)
	case g.pending != nil && Matches(*g.pending, f.Raw):
		// The old key's rows say nothing about the new one's.
		g.key, g.pending, g.since, g.streams = g.pending, nil, now, Streams{}
		_ = g.streams.Check(st, at) // the first of its row: always right
		return Confirmed
	case g.key == nil:
		return Unchecked
	default:
		return RefusedSignature
	}
}

// judgeUnsigned decides about an unsigned frame; g.mu must be held.
func (g *guard) judgeUnsigned(f Frame, lax bool) Verdict {
	switch {
	case g.key != nil && g.leaving == f.Component && f.Component != 0 && f.Trusted && f.MessageID == heartbeat:
		g.key, g.leaving = nil, 0
		return Confirmed
	case g.key == nil:
		return Unchecked
	case f.MessageID == radioStatus, f.MessageID == radioOld, f.Trusted, lax:
		return Excused
	default:
		return RefusedUnsigned
	}
}

// saw moves the clock of a key on, so that what we send is not older than what the vehicle has sent.
func (r *Ring) saw(k Key, at Timestamp) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock(k, 0).Saw(at)
}

func (r *Ring) soil() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dirty = true
}

// clock gives the clock of a key; r.mu must be held. Vehicles that share a key share its clock, because each of them
// sees also what is signed for the others.
func (r *Ring) clock(k Key, reserved Timestamp) *Clock {
	c, ok := r.clocks[k]
	if !ok {
		c = NewClock(reserved)
		r.clocks[k] = c
	}
	return c
}

// LinkID gives the constant id by which frames that leave over a link are signed. It is drawn once and kept: another
// station beside us must not have the same, and autopilots keep only 16 rows until they reboot.
func (r *Ring) LinkID(name string) uint8 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id, ok := r.links[name]; ok {
		return id
	}
	taken := slices.Collect(maps.Values(r.links))
	id := uint8(1 + rand.IntN(255)) //nolint:gosec // no secret
	for tries := 0; slices.Contains(taken, id) && tries < 1<<8; tries++ {
		id++
	}
	r.links[name] = id
	r.dirty = true
	return id
}

// KeyOf tells which vehicles have a key: what is sent to them must be signed with it. The answer is good for one frame.
func (r *Ring) KeyOf(system uint8) (Sealer, bool) {
	g := r.guards[system].Load()
	if g == nil {
		return Sealer{}, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.key == nil {
		return Sealer{}, false
	}
	return Sealer{ring: r, key: *g.key}, true
}

// Any tells whether there is a key at all.
func (r *Ring) Any() bool {
	for i := range r.guards {
		if r.guards[i].Load() != nil {
			return true
		}
	}
	return false
}

// Sealer signs frames with one key. Sealers of the same key and link are equal.
type Sealer struct {
	ring   *Ring
	key    Key
	LinkID uint8
}

// Sign signs a frame that ends with its checksum. It is false when no timestamp could be reserved on disk: then the frame
// must not be sent.
func (s Sealer) Sign(frame []byte) (signature [Size]byte, ok bool) {
	at, ok := s.ring.next(s.key)
	if !ok {
		return signature, false
	}
	return Sign(s.key, frame, s.LinkID, at), true
}

func (r *Ring) next(k Key) (Timestamp, bool) {
	now := r.cfg.Now()
	for range 2 {
		r.mu.Lock()
		at, ok := r.clock(k, 0).Next(now)
		r.mu.Unlock()
		if ok {
			return at, true
		}
		if err := r.Save(now); err != nil {
			return 0, false
		}
	}
	return 0, false
}

var errNoKey = errors.New("no key")

// Offer keeps a key that is about to be given to a vehicle. It is on disk when this returns, so that no crash loses a key
// that a vehicle has; it is used once a frame signed with it comes.
func (r *Ring) Offer(system uint8, k Key, now time.Time) error {
	if k.Zero() {
		return errNoKey
	}
	g := r.guard(system)
	g.mu.Lock()
	g.pending, g.given, g.leaving = &k, now, 0
	g.mu.Unlock()
	r.mu.Lock()
	r.clock(k, r.past[system].Reserved)
	r.dirty = true
	r.mu.Unlock()
	return r.Save(now)
}

// Withdraw takes a pending key back.
func (r *Ring) Withdraw(system uint8, now time.Time) error {
	g := r.guards[system].Load()
	if g == nil {
		return nil
	}
	g.mu.Lock()
	g.pending, g.leaving = nil, 0
	none := g.key == nil
	g.mu.Unlock()
	if none {
		return r.Forget(system, now)
	}
	r.soil()
	return r.Save(now)
}

// Leave waits for a vehicle to put its key away: an unsigned heartbeat of its autopilot over a trusted link confirms it.
func (r *Ring) Leave(system, autopilot uint8) error {
	g := r.guards[system].Load()
	if g == nil {
		return errNoKey
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.key == nil {
		return errNoKey
	}
	g.leaving, g.pending = autopilot, nil
	return nil
}

// Forget drops the key of a vehicle on our side alone.
func (r *Ring) Forget(system uint8, now time.Time) error {
	g := r.guards[system].Swap(nil)
	if g == nil {
		return nil
	}
	g.mu.Lock()
	key, pending, streams := g.key, g.pending, g.streams
	g.mu.Unlock()
	r.mu.Lock()
	p := past{Reserved: r.past[system].Reserved, Streams: streams}
	for _, k := range []*Key{key, pending} {
		if k == nil {
			continue
		}
		if c, ok := r.clocks[*k]; ok {
			p.Reserved = max(p.Reserved, c.reserved, c.last)
		}
	}
	r.past[system] = p
	r.unkeyed[system].Store(0)
	r.dirty = true
	r.mu.Unlock()
	return r.Save(now)
}

func (r *Ring) guard(system uint8) *guard {
	for {
		if g := r.guards[system].Load(); g != nil {
			return g
		}
		r.guards[system].CompareAndSwap(nil, &guard{system: system})
	}
}

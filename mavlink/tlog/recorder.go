package tlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where and how long logs are kept.
type Config struct {
	// Folder holds a folder for each vehicle; empty records nothing.
	Folder string
	// FileBytes is the size at which a new file begins; 0 is 64 MiB.
	FileBytes int64
	// KeepFor and KeepBytes bound what is kept: its age, and all files together; 0 is no limit.
	KeepFor   time.Duration
	KeepBytes int64
	Log       *slog.Logger
}

const (
	defaultFileBytes = 64 << 20
	// flushEvery is how long a frame may wait in memory.
	flushEvery = 250 * time.Millisecond
	// bufferLimit bounds what waits for the disk of each vehicle; more is dropped and counted.
	bufferLimit = 512 << 10
	bufferFirst = 16 << 10
	tidyEvery   = 10 * time.Minute
	// tryAgain is the pause after a disk has failed.
	tryAgain = 3 * time.Second
)

// Stats counts what was recorded.
type Stats struct {
	// Frames and Bytes are on disk; Dropped frames found no room while the disk was too slow or full.
	Frames, Bytes, Dropped uint64
	// Files were begun, Removed because of their age or size; Failures counts writes that failed.
	Files, Removed, Failures uint64
	// Failing is how many vehicles are not being recorded now although there is something to record.
	Failing uint64
}

// Recorder writes the logs of all vehicles. Record may be called from anywhere and never waits for the disk; Run owns
// the one goroutine that writes.
type Recorder struct {
	cfg   Config
	log   *slog.Logger
	sinks [256]atomic.Pointer[sink]
	wake  chan struct{}

	frames, bytes, dropped, files, removed, failures atomic.Uint64
}

// sink gathers the frames of one vehicle.
type sink struct {
	system int

	mu     sync.Mutex
	buffer []byte
	count  uint64 // frames in the buffer
	cut    bool   // a new file shall begin
	name   string // of the open file

	// What follows belongs to the writing goroutine.
	spare   []byte
	file    *fileOut
	waiting time.Time // the disk is left alone until then
	failing atomic.Bool
}

// NewRecorder makes a recorder; nothing is opened before Run.
func NewRecorder(cfg Config) *Recorder {
	if cfg.FileBytes <= 0 {
		cfg.FileBytes = defaultFileBytes
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Recorder{cfg: cfg, log: log, wake: make(chan struct{}, 1)}
}

// On tells whether anything is recorded.
func (r *Recorder) On() bool { return r.cfg.Folder != "" }

// Folder is where the logs lie.
func (r *Recorder) Folder() string { return r.cfg.Folder }

// Record takes a frame of a vehicle, or to it.
func (r *Recorder) Record(system uint8, frame []byte, at time.Time) {
	if !r.On() || system == 0 {
		return
	}
	s := r.sink(system)
	s.mu.Lock()
	n := len(s.buffer)
	full := n+stampSize+len(frame) > bufferLimit
	if !full {
		s.buffer = binary.BigEndian.AppendUint64(s.buffer, uint64(at.UnixMicro()))
		s.buffer = append(s.buffer, frame...)
		s.count++
	}
	s.mu.Unlock()
	if full {
		r.dropped.Add(1)
	}
	if full || n > bufferLimit/2 {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

// Cut begins a new file with the next frame of a vehicle.
func (r *Recorder) Cut(system uint8) {
	if !r.On() || system == 0 {
		return
	}
	s := r.sink(system)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
}

func (r *Recorder) sink(system uint8) *sink {
	for {
		if s := r.sinks[system].Load(); s != nil {
			return s
		}
		r.sinks[system].CompareAndSwap(nil, &sink{system: int(system), buffer: make([]byte, 0, bufferFirst)})
	}
}

// Run writes until ctx ends, and then what is left.
func (r *Recorder) Run(ctx context.Context) error {
	if !r.On() {
		return nil
	}
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	var tidied time.Time
	for {
		if now := time.Now(); now.Sub(tidied) > tidyEvery {
			tidied = now
			r.tidy(now)
		}
		r.flush(time.Now())
		select {
		case <-ctx.Done():
			r.flush(time.Now())
			return r.close()
		case <-ticker.C:
		case <-r.wake:
		}
	}
}

func (r *Recorder) flush(now time.Time) {
	for i := range r.sinks {
		if s := r.sinks[i].Load(); s != nil && !now.Before(s.waiting) {
			r.drain(s, now)
		}
	}
}

// drain writes what waits for one vehicle. While the disk fails the frames stay where they are, up to the limit.
func (r *Recorder) drain(s *sink, now time.Time) {
	s.mu.Lock()
	b, count, cut := s.buffer, s.count, s.cut
	if len(b) == 0 {
		s.mu.Unlock()
		return
	}
	s.buffer, s.count, s.cut = s.spare[:0], 0, false
	s.mu.Unlock()
	s.spare = nil
	if err := r.write(s, b, cut); err != nil {
		r.failed(s, err, now)
		r.putBack(s, b, count, cut)
		return
	}
	if s.failing.Swap(false) {
		r.log.Info("telemetry is recorded again", "vehicle", s.system)
	}
	s.spare = b
	r.frames.Add(count)
	r.bytes.Add(uint64(len(b)))
}

func (r *Recorder) failed(s *sink, err error, now time.Time) {
	r.failures.Add(1)
	s.waiting = now.Add(tryAgain)
	if !s.failing.Swap(true) {
		r.log.Error("telemetry cannot be recorded", "vehicle", s.system, "error", err)
	}
}

// putBack keeps what could not be written, before what came meanwhile, as far as there is room; what came last is dropped.
func (r *Recorder) putBack(s *sink, b []byte, count uint64, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = s.cut || cut
	if len(b)+len(s.buffer) <= bufferLimit {
		s.buffer = append(b, s.buffer...)
		s.count += count
		return
	}
	r.dropped.Add(s.count)
	s.buffer, s.count = b, count
}

// write appends whole records to the file, in a new one where the old is full, of another day, or to be cut.
func (r *Recorder) write(s *sink, b []byte, cut bool) error {
	first := time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()
	if f := s.file; f != nil && (cut || f.size > 0 && f.size+int64(len(b)) > r.cfg.FileBytes || !sameDay(f.day, first)) {
		if err := r.end(s); err != nil {
			return err
		}
	}
	if s.file == nil {
		f, err := create(r.cfg.Folder, s.system, first)
		if err != nil {
			return fmt.Errorf("begin a telemetry log: %w", err)
		}
		s.file = &fileOut{file: f, day: first}
		s.setName(s.file.name())
		r.files.Add(1)
	}
	if err := s.file.write(b); err != nil {
		// The file may be gone with its disk: the next attempt begins a new one.
		return errors.Join(err, r.end(s))
	}
	return nil
}

func (r *Recorder) end(s *sink) error {
	f := s.file
	s.file = nil
	s.setName("")
	if f == nil {
		return nil
	}
	return f.close()
}

func (s *sink) setName(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = name
}

func (r *Recorder) close() error {
	var problems []error
	for i := range r.sinks {
		if s := r.sinks[i].Load(); s != nil {
			problems = append(problems, r.end(s))
		}
	}
	return errors.Join(problems...)
}

func (r *Recorder) tidy(now time.Time) {
	removed, err := Tidy(r.cfg.Folder, r.cfg.KeepFor, r.cfg.KeepBytes, now, r.open)
	r.removed.Add(uint64(len(removed)))
	if err != nil {
		r.log.Error("old telemetry cannot be removed", "error", err)
	}
}

// open tells whether a file is being written.
func (r *Recorder) open(f File) bool {
	s := r.sinks[uint8(f.System)].Load()
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name == f.Name
}

// Files gives the logs of a vehicle, the oldest first.
func (r *Recorder) Files(system int) ([]File, error) {
	if !r.On() {
		return nil, nil
	}
	files, err := List(r.cfg.Folder, system)
	for i := range files {
		files[i].Open = r.open(files[i])
	}
	return files, err
}

// Stats gives the counters.
func (r *Recorder) Stats() Stats {
	st := Stats{
		Frames: r.frames.Load(), Bytes: r.bytes.Load(), Dropped: r.dropped.Load(),
		Files: r.files.Load(), Removed: r.removed.Load(), Failures: r.failures.Load(),
	}
	for i := range r.sinks {
		if s := r.sinks[i].Load(); s != nil && s.failing.Load() {
			st.Failing++
		}
	}
	return st
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

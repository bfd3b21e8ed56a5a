package journal

import (
	"cmp"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"vedette/tracking/batch"
	"vedette/tracking/fusion"
)

const (
	// waiting is how many lines may wait for the disk.
	waiting = 4096
	// flushEvery is how much a power cut may cost.
	flushEvery = 5 * time.Second
	// retryAfter is how long nothing is tried after a disk took nothing.
	retryAfter = 30 * time.Second
	// mostTotal is how many bytes all files together take where Config does not say: the oldest go first.
	mostTotal = 2 << 30
	// fileFor is how long one file is written.
	fileFor = time.Hour
)

// Config says where a journal is kept.
type Config struct {
	// Folder is made when the first line comes.
	Folder string
	// Keep is how long a file is kept after its last line; 0: for ever.
	Keep time.Duration
	// MostTotal bounds the bytes of all files. Default 2 GB.
	MostTotal int64
	Log       *slog.Logger
}

// Journal writes what it is told on a goroutine of its own, Run; its other methods never wait, and are those of one goroutine. A nil
// Journal keeps nothing.
type Journal struct {
	cfg   Config
	lines chan entry
	stats counters
}

type counters struct{ kept, dropped, failed, bytes, pruned atomic.Uint64 }

// Stats counts lines.
type Stats struct {
	Kept    uint64
	Dropped uint64 // because too many waited, or the disk took none
	Failed  uint64 // times that the disk took none
	Bytes   uint64 // written, compressed
	Pruned  uint64 // files removed, by age or size
}

// part says what a line is to the files that begin after it.
type part uint8

const (
	measured  part = iota // it belongs to its file alone
	watched               // the lines that are watched
	described             // a sensor
	removed               // a sensor
)

// entry is one line. key is the sensor's.
type entry struct {
	part part
	key  string
	raw  []byte
	head []byte // watched: as the header of a file
}

// New makes a journal; Run writes it.
func New(cfg Config) *Journal {
	cfg.MostTotal = cmp.Or(cfg.MostTotal, mostTotal)
	return &Journal{cfg: cfg, lines: make(chan entry, waiting)}
}

// Stats gives the counters.
func (j *Journal) Stats() Stats {
	if j == nil {
		return Stats{}
	}
	return Stats{j.stats.kept.Load(), j.stats.dropped.Load(), j.stats.failed.Load(), j.stats.bytes.Load(), j.stats.pruned.Load()}
}

// Lines tells which lines are watched from now on.
func (j *Journal) Lines(lines []fusion.Line) {
	if j == nil {
		return
	}
	raw, err := batch.Lines(lines)
	head, headErr := batch.Header(lines)
	j.put(entry{part: watched, raw: raw, head: head}, cmp.Or(err, headErr))
}

// Sensor tells of a sensor, new or changed.
func (j *Journal) Sensor(s fusion.Sensor) {
	if j == nil {
		return
	}
	raw, err := batch.Sensor(s)
	j.put(entry{part: described, key: s.ID, raw: raw}, err)
}

// Remove tells that a sensor is no more.
func (j *Journal) Remove(id string, at time.Time) {
	if j == nil {
		return
	}
	raw, err := batch.Remove(id, at)
	j.put(entry{part: removed, key: id, raw: raw}, err)
}

// Reset tells that what was learned of a camera's error was forgotten.
func (j *Journal) Reset(id string, at time.Time) {
	j.measured(func() ([]byte, error) { return batch.Reset(id, at) })
}

// Scan keeps a frame.
func (j *Journal) Scan(s fusion.Scan) { j.measured(func() ([]byte, error) { return batch.Scan(s) }) }

// Trip keeps what a sensor of a kind told.
func (j *Journal) Trip(t fusion.Trip, kind fusion.SensorKind) {
	j.measured(func() ([]byte, error) { return batch.Trip(t, kind) })
}

// Report notes that the tracks of an instant were asked for, so that a further run tells of the same.
func (j *Journal) Report(at time.Time) {
	j.measured(func() ([]byte, error) { return batch.Report(at) })
}

func (j *Journal) measured(write func() ([]byte, error)) {
	if j == nil {
		return
	}
	raw, err := write()
	j.put(entry{raw: raw}, err)
}

func (j *Journal) put(e entry, err error) {
	if err == nil {
		select {
		case j.lines <- e:
			return
		default:
		}
	}
	j.stats.dropped.Add(1) // a line without a form in JSON, such as a NaN that fusion refuses as well, or no room
}

// Run writes until ctx ends. It never fails: a disk that takes nothing is counted, logged, and tried again.
func (j *Journal) Run(ctx context.Context) error {
	w := writer{journal: j, sensors: map[string][]byte{}}
	defer w.close()
	flush := time.NewTicker(flushEvery)
	defer flush.Stop()
	for {
		select {
		case e := <-j.lines:
			w.take(e, time.Now())
		case <-flush.C:
			w.flush(time.Now())
		case <-ctx.Done():
			for {
				select {
				case e := <-j.lines:
					w.take(e, time.Now())
				default:
					return nil
				}
			}
		}
	}
}

package live

import (
	"encoding/json"
	"strconv"
	"time"

	"vedette/ui/api"
)

// detailsEvery is how often those who take tracks as rows are told again what a row does not have and changes all the
// time: when each source last fed the track.
const detailsEvery = 5 * time.Second

// told is what those who take tracks as rows know of one.
type told struct {
	number  uint32
	details details
	counted int // measurements of all its sources together
	at      time.Time
}

// details are the members that only the JSON form of a track has; a change of one is told at once.
type details struct {
	class, sidc, alert string
	sources            int
}

// counted is how many measurements have fed a track.
func counted(t *api.Track) (n int) {
	for _, s := range t.Properties.Sources {
		n += s.Count
	}
	return n
}

func detailsOf(t *api.Track) details {
	p := &t.Properties
	return details{class: p.Class, sidc: p.SIDC, alert: p.AlertID, sources: len(p.Sources)}
}

// trackWithNumber is a track in JSON for those who take its movements as rows.
type trackWithNumber struct {
	api.Track

	Number uint32 `json:"number"`
}

// snapshotWithNumbers is the snapshot for them.
type snapshotWithNumbers struct {
	api.Snapshot

	TrackNumbers map[string]uint32 `json:"trackNumbers"`
}

// ledger gives tracks their numbers. It is not safe for several goroutines; the hub's mutex guards it. A number is
// never given twice, so that a row that is late moves nothing else.
type ledger struct {
	tracks map[string]*told
	last   uint32
}

// row is a track's row and, where its details are news, its JSON with the number.
func (l *ledger) row(now time.Time, t *api.Track) (number uint32, row, news []byte, err error) {
	known := l.tracks[t.ID]
	first := known == nil
	if first {
		l.last++
		known = &told{number: l.last}
	}
	row, placed := appendRow(make([]byte, 0, rowBytes), known.number, t)
	if !placed {
		row = nil
	}
	d, n := detailsOf(t), counted(t)
	if first || d != known.details || n != known.counted && now.Sub(known.at) >= detailsEvery {
		if news, err = json.Marshal(trackWithNumber{*t, known.number}); err != nil {
			return 0, nil, nil, err
		}
		known.details, known.counted, known.at = d, n, now
	}
	l.tracks[t.ID] = known
	return known.number, row, news, nil
}

// introduction is what a track's JSON is about in the queue of one who takes rows: a track that comes again under its old
// name has another number, which must be told before its first row, so it does not wait for its turn as the same thing.
func introduction(id string, number uint32) key {
	return key{api.TypeTrack, id + "#" + strconv.FormatUint(uint64(number), 10)}
}

// forget ends a track; its number is 0 where it had none.
func (l *ledger) forget(id string) (number uint32) {
	if known := l.tracks[id]; known != nil {
		number = known.number
		delete(l.tracks, id)
	}
	return number
}

// numbers are those of the tracks that have one.
func (l *ledger) numbers() map[string]uint32 {
	out := make(map[string]uint32, len(l.tracks))
	for id, known := range l.tracks {
		out[id] = known.number
	}
	return out
}

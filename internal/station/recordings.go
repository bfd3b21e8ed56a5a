package station

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/store"
	"vedette/ui/api"
	"vedette/video"
	"vedette/video/record"
)

const (
	// keepVideo is how long video is kept where the configuration does not say.
	keepVideo = 72 * time.Hour
	// watchedFor is how long after its last request somebody counts as watching a recording.
	watchedFor = 30 * time.Second
	// maxWatched bounds who watches recordings at once.
	maxWatched = 1000
)

// openRecordings makes the folder of recordings ready.
func openRecordings(ctx context.Context, file config.Config, dataDir string, s *store.Store, log *slog.Logger) (*record.Library, error) {
	c := file.Video.Record
	return record.Open(ctx, record.Config{
		Folder: cmp.Or(c.Folder, filepath.Join(dataDir, "recordings")), Segment: c.Segment, Keep: cmp.Or(file.Retention.Video, keepVideo),
		KeepFree: uint64(c.KeepFreeGB * (1 << 30)), Index: recordingIndex{s}, Log: log,
	})
}

// recordingIndex keeps the index of recordings in the store.
type recordingIndex struct{ store *store.Store }

var _ record.Index = recordingIndex{}

// Put implements record.Index.
func (i recordingIndex) Put(ctx context.Context, s record.Segment) error {
	return i.store.PutRecording(ctx, store.Recording{
		Name: s.Name, Feed: s.Feed, Start: s.Start, End: s.End, Bytes: s.Bytes, Codec: string(s.Codec),
		Width: s.WidthPx, Height: s.HeightPx, Open: s.Open,
	})
}

// Remove implements record.Index.
func (i recordingIndex) Remove(ctx context.Context, name string) error {
	return i.store.RemoveRecording(ctx, name)
}

// Find implements record.Index.
func (i recordingIndex) Find(ctx context.Context, feed string, from, to time.Time, limit int) ([]record.Segment, error) {
	list, err := i.store.Recordings(ctx, feed, from, to, limit)
	if err != nil {
		return nil, err
	}
	out := make([]record.Segment, len(list))
	for k, r := range list {
		out[k] = record.Segment{
			Name: r.Name, Feed: r.Feed, Start: r.Start, End: r.End, Bytes: r.Bytes, Codec: record.Codec(r.Codec),
			WidthPx: r.Width, HeightPx: r.Height, Open: r.Open,
		}
	}
	return out, nil
}

// replayKey is who watches which recording.
type replayKey struct{ name, via, session, recording string }

// replay is a recording that is being watched: a player asks for it piece by piece.
type replay struct {
	viewing *viewing
	last    time.Time
}

// recordings shows what was recorded, and has on record who watches it.
type recordings struct {
	video    *video.Service
	viewings *viewings

	mu  sync.Mutex
	all map[replayKey]*replay
}

// Recordings implements ui.Recordings.
func (r *recordings) Recordings(ctx context.Context, feed string, from, to time.Time, limit int) ([]api.Recording, error) {
	list, err := r.video.Segments(ctx, feed, from, to, limit)
	if err != nil {
		return nil, err
	}
	out := make([]api.Recording, len(list))
	for i, s := range list {
		out[i] = api.Recording{
			Name: s.Name, Feed: s.Feed, Start: api.At(s.Start), End: api.At(s.End), Bytes: s.Bytes, Codec: string(s.Codec),
			Width: s.WidthPx, Height: s.HeightPx, Open: s.Open,
		}
	}
	return out, nil
}

// OpenRecording implements ui.Recordings.
func (r *recordings) OpenRecording(ctx context.Context, who access.Principal, address, name string) (io.ReadSeekCloser, time.Time, error) {
	f, feed, err := r.video.OpenSegment(name)
	if err != nil {
		return nil, time.Time{}, recordingProblem(name, err)
	}
	info, err := f.Stat()
	if err == nil {
		err = r.watch(ctx, who, address, feed, name)
	}
	if err != nil {
		return nil, time.Time{}, errors.Join(err, f.Close())
	}
	return f, info.ModTime(), nil
}

// RecordingIndex implements ui.Recordings.
func (r *recordings) RecordingIndex(ctx context.Context, who access.Principal, address, name string) (api.RecordingIndex, error) {
	c, err := r.video.SegmentContents(name)
	if err != nil {
		return api.RecordingIndex{}, recordingProblem(name, err)
	}
	feed := record.FeedOf(name)
	if err := r.watch(ctx, who, address, feed, name); err != nil {
		return api.RecordingIndex{}, err
	}
	out := api.RecordingIndex{Name: name, Feed: feed, Codecs: c.Codecs, HeaderBytes: c.HeaderBytes}
	for _, p := range c.Fragments {
		out.Fragments = append(out.Fragments, api.RecordingFragment{
			At: p.At, Bytes: p.Bytes, T: api.At(p.Time), FromS: p.Shown.Seconds(), ToS: p.Ends.Seconds(), Key: p.Key,
		})
	}
	return out, nil
}

// RecordedMetadata implements ui.Recordings.
func (r *recordings) RecordedMetadata(ctx context.Context, who access.Principal, address, name string, from, to time.Time) ([]api.RecordedMetadata, error) {
	all, err := r.video.SegmentMetadata(name, from, to)
	if err != nil {
		return nil, recordingProblem(name, err)
	}
	if err := r.watch(ctx, who, address, record.FeedOf(name), name); err != nil {
		return nil, err
	}
	out := make([]api.RecordedMetadata, len(all))
	for i, m := range all {
		out[i] = api.RecordedMetadata{T: api.At(m.FrameTime), Metadata: m.Metadata, BadValues: m.BadValues}
	}
	return out, nil
}

// recordingProblem says that there is no such recording, where that is so.
func recordingProblem(name string, err error) error {
	if errors.Is(err, video.ErrUnknownRecording) {
		return api.NotFound("there is no recording %.80q", name)
	}
	return err
}

// watch has on record that somebody watches a recording, from the first request of a player to a while after the last.
func (r *recordings) watch(ctx context.Context, who access.Principal, address, feed, name string) error {
	key := replayKey{who.Name, who.Via, who.SessionID, name}
	r.mu.Lock()
	w, known := r.all[key]
	if !known {
		if len(r.all) >= maxWatched {
			r.mu.Unlock()
			return api.Unavailable("too many recordings are being watched")
		}
		w = &replay{viewing: r.viewings.prepare(access.Viewing{Who: who, Feed: feed, Means: access.MeansRecording, Address: address})}
		r.all[key] = w
	}
	w.last = time.Now()
	r.mu.Unlock()
	if known {
		select {
		case <-w.viewing.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if !w.viewing.begun {
			return api.Unavailable("the viewing cannot be recorded")
		}
		return nil
	}
	err := w.viewing.begin(context.WithoutCancel(ctx), name+"#"+rand.Text())
	w.viewing.settled()
	if err != nil {
		r.mu.Lock()
		delete(r.all, key)
		r.mu.Unlock()
		return api.Unavailable("the viewing cannot be recorded: %v", err)
	}
	return nil
}

// run ends the viewings of recordings that nobody asks for any more, and all of them when ctx ends.
func (r *recordings) run(ctx context.Context) error {
	tick := time.NewTicker(watchedFor / 6)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			r.endBefore(now.Add(-watchedFor))
		case <-ctx.Done():
			r.endBefore(time.Now().Add(time.Hour))
			return nil
		}
	}
}

func (r *recordings) endBefore(t time.Time) {
	var over []*viewing
	r.mu.Lock()
	for key, w := range r.all {
		if w.last.Before(t) {
			over = append(over, w.viewing)
			delete(r.all, key)
		}
	}
	r.mu.Unlock()
	for _, v := range over {
		v.end()
	}
}

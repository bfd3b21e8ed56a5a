package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"vedette/internal/access"
	"vedette/internal/store"
	"vedette/ui/api"
	"vedette/video"
	"vedette/video/record"
)

// switchPrefix begins the keys of settings that say which feeds were switched by hand; the feed's id follows.
const switchPrefix = "recording/"

// recordingSwitch is what somebody wants of a feed's recording. It outweighs the configuration.
type recordingSwitch struct {
	On  bool      `json:"on"`
	Who string    `json:"who"`
	At  time.Time `json:"at"`
}

// readSwitches reads what was switched before the station started.
func readSwitches(ctx context.Context, s *store.Store) (map[string]recordingSwitch, error) {
	kept, err := s.List(ctx, switchPrefix)
	if err != nil {
		return nil, fmt.Errorf("read the switches of recordings: %w", err)
	}
	all := map[string]recordingSwitch{}
	for _, k := range kept {
		var sw recordingSwitch
		if err := json.Unmarshal(k.Value, &sw); err != nil {
			return nil, fmt.Errorf("read the switch %s: %w", k.Key, err)
		}
		all[strings.TrimPrefix(k.Key, switchPrefix)] = sw
	}
	return all, nil
}

// shouldRecord says whether a feed is to be recorded: as it was switched by hand, else as it is configured.
func (f *feeds) shouldRecord(id string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if sw, byHand := f.switches[id]; byHand {
		return sw.On
	}
	return f.byHand[id].Record
}

// SetRecording implements ui.Recordings. The switch is on disk before the recorder follows it; one that says what the
// configuration says is forgotten, so that the configuration counts again.
func (f *feeds) SetRecording(ctx context.Context, who access.Principal, id string, on bool) (api.Feed, error) {
	if _, known := f.video.Feed(id); !known {
		return api.Feed{}, api.NotFound("there is no feed %q", id)
	}
	f.switching.Lock()
	defer f.switching.Unlock()
	sw := recordingSwitch{On: on, Who: who.Name, At: time.Now().UTC()}
	byHand, _ := f.configured(id)
	asConfigured := byHand.Record == on
	var err error
	if asConfigured {
		err = f.record.store.Delete(ctx, switchPrefix+id)
	} else {
		var value []byte
		if value, err = json.Marshal(sw); err == nil {
			err = f.record.store.Set(ctx, switchPrefix+id, value)
		}
	}
	if err != nil {
		return api.Feed{}, err
	}
	f.mu.Lock()
	if asConfigured {
		delete(f.switches, id)
	} else {
		f.switches[id] = sw
	}
	f.mu.Unlock()
	switch err := f.video.SetRecording(id, on); {
	case errors.Is(err, video.ErrUnknownFeed):
		return api.Feed{}, api.NotFound("there is no feed %q", id)
	case err != nil:
		return api.Feed{}, err
	}
	return f.Feed(id)
}

// describeRecording is what the API says of a feed's recording.
func (f *feeds) describeRecording(s video.FeedState) *api.FeedRecording {
	out := &api.FeedRecording{
		State: string(s.Recording.State), Reason: s.Recording.Reason, Since: api.At(s.Recording.Since), By: "configuration",
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if sw, byHand := f.switches[s.ID]; byHand {
		out.By, out.Who, out.SwitchedAt = "hand", sw.Who, api.At(sw.At)
	}
	return out
}

// tellRecording has in the event log that the recording of a feed begins, stops or ends, and why. told is what was told last.
func (f *feeds) tellRecording(s video.FeedState, told map[string]video.RecordingState) {
	now := s.Recording
	before, known := told[s.ID]
	if s.Removed {
		delete(told, s.ID)
		return
	}
	switch {
	case now.State == "" || now.State == record.Waiting: // it will be something else
		return
	case known && before.State == now.State && before.Reason == now.Reason:
		return
	}
	told[s.ID] = now
	if !known && now.State == record.Off {
		return // it never was anything else
	}
	data := map[string]any{"feed": s.ID, "state": now.State}
	if now.Reason != "" {
		data["reason"] = now.Reason
	}
	f.record.post(kindRecording, s.ID, now.Since, data)
}

package station

import (
	"testing"

	"vedette/internal/geo"
	"vedette/tracking/cue"
)

func TestMergeKeepsWhatTheNewerIntentDoesNotReplace(t *testing.T) {
	t.Parallel()
	height := 30.0
	older := cue.Intent{Cue: "c-1", TakeOff: &height, LookAt: &geo.LatLon{Lat: 1}, GoTo: &cue.GoTo{HeightAGL: 60}}
	newer := cue.Intent{Cue: "c-1", LookAt: &geo.LatLon{Lat: 2}}
	got := merge(older, newer)
	if got.TakeOff != older.TakeOff || got.GoTo != older.GoTo || got.LookAt != newer.LookAt {
		t.Errorf("%+v", got)
	}
	// The first order may change the mode, also where a further one takes its place before it was given.
	newer.GoTo = &cue.GoTo{HeightAGL: 70, KeepMode: true}
	if got := merge(older, newer); got.GoTo.KeepMode || got.GoTo.HeightAGL != 70 || !newer.GoTo.KeepMode {
		t.Errorf("%+v", got.GoTo)
	}
	older.GoTo = &cue.GoTo{HeightAGL: 60, KeepMode: true}
	if got := merge(older, newer); !got.GoTo.KeepMode {
		t.Errorf("%+v", got.GoTo)
	}
	newer.GoTo, newer.Cue = nil, "c-2"
	if got := merge(older, newer); got.TakeOff != nil || got.GoTo != nil {
		t.Errorf("a new cue took over what the old one wanted: %+v", got)
	}
}

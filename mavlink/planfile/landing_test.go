package planfile

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"vedette/mavlink/mission"
)

const (
	// wing is a landing as QGroundControl 4 saves it for a fixed wing, hover one for a VTOL.
	wing = `{"altitudesAreRelative":true,"complexItemType":"fwLandingPattern","landCoordinate":[-35.3632,149.1652,0],"landingApproachCoordinate":[-35.3580,149.1650,40],
		"loiterClockwise":false,"loiterRadius":75,"stopTakingPhotos":true,"stopVideoPhotos":true,"type":"ComplexItem","useDoChangeSpeed":true,"finalApproachSpeed":14,
		"useLoiterToAlt":true,"valueSetIsDistance":false,"version":2}`
	hover = `{"altitudesAreRelative":false,"complexItemType":"vtolLandingPattern","landCoordinate":[-35.3632,149.1652,584],"landingApproachCoordinate":[-35.3580,149.1650,640],
		"loiterClockwise":true,"loiterRadius":75,"stopTakingPhotos":false,"stopVideoPhotos":false,"type":"ComplexItem","useLoiterToAlt":false,"version":1}`
	// old has the names and the two kinds of heights of version 1.
	old = `{"complexItemType":"fwLandingPattern","landAltitudeRelative":true,"landCoordinate":[-35.3632,149.1652,2],"loiterAltitudeRelative":true,"loiterClockwise":true,
		"loiterCoordinate":[-35.3580,149.1650,40],"loiterRadius":60,"type":"ComplexItem","version":1}`
)

func planWith(pattern string) []byte {
	return fmt.Appendf(nil, `{"fileType":"Plan","version":1,"mission":{"items":[
		{"type":"SimpleItem","command":22,"frame":3,"doJumpId":1,"params":[15,0,0,null,0,0,50]},%s,
		{"type":"SimpleItem","command":177,"frame":2,"doJumpId":9,"params":[1,1,0,0,0,0,0]}]}}`, pattern)
}

func TestLandingPatternsBecomeTheItemsOfQGroundControl(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	relative, amsl := uint8(3), uint8(0)
	for name, c := range map[string]struct {
		pattern string
		want    []mission.Item
	}{
		"fixed wing": {wing, []mission.Item{
			{Command: 189, Frame: 2},
			{Command: 178, Frame: 2, Params: [4]float64{0, 14, -1}},
			{Command: 206, Frame: 2},
			{Command: 2001, Frame: 2, Params: [4]float64{0, nan, nan, nan}},
			{Command: 2501, Frame: 2, Params: [4]float64{0, nan, nan, nan}},
			{Command: 31, Frame: relative, Params: [4]float64{1, -75, 0, 1}, Lat: -35.358, Lon: 149.165, Alt: 40},
			{Command: 21, Frame: relative, Lat: -35.3632, Lon: 149.1652},
		}},
		"VTOL": {hover, []mission.Item{
			{Command: 189, Frame: 2},
			{Command: 16, Frame: amsl, Params: [4]float64{0, 0, 0, nan}, Lat: -35.358, Lon: 149.165, Alt: 640},
			{Command: 85, Frame: amsl, Params: [4]float64{0, 0, 0, nan}, Lat: -35.3632, Lon: 149.1652, Alt: 584},
		}},
		"version 1": {old, []mission.Item{
			{Command: 189, Frame: 2},
			{Command: 31, Frame: relative, Params: [4]float64{1, 60, 0, 1}, Lat: -35.358, Lon: 149.165, Alt: 40},
			{Command: 21, Frame: relative, Lat: -35.3632, Lon: 149.1652, Alt: 2},
		}},
	} {
		p, err := Read(planWith(c.pattern))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(p.Mission) != len(c.want)+2 {
			t.Errorf("%s: %+v", name, p.Mission)
			continue
		}
		for i, want := range c.want {
			want.Seq, want.AutoContinue = i+1, true
			got := p.Mission[i+1]
			if got.Seq != want.Seq || !bytes.Equal(mission.Encode([]mission.Item{got}), mission.Encode([]mission.Item{want})) {
				t.Errorf("%s, item %d: %+v, want %+v", name, i, got, want)
			}
		}
		if jump := p.Mission[len(p.Mission)-1]; jump.Params[0] != 1 || jump.Seq != len(c.want)+1 {
			t.Errorf("%s: what follows is %+v", name, jump)
		}
	}
}

func TestALandingThatCannotBeFlownSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, before, after, want string }{
		{wing, `"version":2`, `"version":3`, "mission.items[1].version: only versions up to 2"},
		{hover, `"version":1`, `"version":2`, "mission.items[1].version: only versions up to 1"},
		{wing, `"version":2`, `"format":2`, "mission.items[1].version: is missing"},
		{wing, `"altitudesAreRelative":true`, `"altitudesAreRelative":"yes"`, "mission.items[1].altitudesAreRelative: must be true or false"},
		{wing, `"altitudesAreRelative":true,`, ``, "mission.items[1].altitudesAreRelative: is missing"},
		{old, `"landAltitudeRelative":true`, `"landAltitudeRelative":false`, "differ"},
		{wing, `"landingApproachCoordinate"`, `"other"`, "mission.items[1].loiterCoordinate: is missing, and so is landingApproachCoordinate"},
		{wing, `"landCoordinate":[-35.3632,149.1652,0]`, `"landCoordinate":[-35.3632,149.1652]`, "mission.items[1].landCoordinate"},
		{wing, `"landCoordinate":[-35.3632,149.1652,0]`, `"landCoordinate":[-35.3632,149.1652,null]`, "mission.items[1].landCoordinate[2]: is missing"},
		{wing, `"landCoordinate":[-35.3632`, `"landCoordinate":[-95.3632`, "mission.items[1].landCoordinate[0]"},
		{wing, `"loiterRadius":75`, `"loiterRadius":-75`, "mission.items[1].loiterRadius"},
		{wing, `"loiterRadius":75,`, ``, "mission.items[1].loiterRadius: is missing"},
		{wing, `"loiterClockwise":false`, `"loiterClockwise":0`, "mission.items[1].loiterClockwise: must be"},
		{wing, `"useLoiterToAlt":true`, `"useLoiterToAlt":1`, "mission.items[1].useLoiterToAlt: must be"},
		{wing, `"stopVideoPhotos":true`, `"stopVideoPhotos":[]`, "mission.items[1].stopVideoPhotos: must be"},
		{wing, `"finalApproachSpeed":14`, `"finalApproachSpeed":"fast"`, "mission.items[1].finalApproachSpeed: must be a number"},
		{wing, `fwLandingPattern`, `boatLandingPattern`, `mission.items[1]: a pattern of the kind "boatLandingPattern" without stored items cannot be flown`},
	} {
		if !strings.Contains(c.pattern, c.before) {
			t.Fatalf("no %s", c.before)
		}
		if _, err := Read(planWith(strings.Replace(c.pattern, c.before, c.after, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.after, err, c.want)
		}
	}
}

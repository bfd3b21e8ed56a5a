package mission

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"vedette/internal/geo"
)

func TestAreasTravelAndComeBack(t *testing.T) {
	t.Parallel()
	square := []geo.LatLon{{Lat: 1, Lon: 1}, {Lat: 1, Lon: 2}, {Lat: 2, Lon: 2}}
	want := Areas{
		Polygons: []Polygon{{true, square}, {false, append(square, geo.LatLon{Lat: 2, Lon: 1})}, {true, square}},
		Circles:  []Circle{{false, geo.LatLon{Lat: 3, Lon: 3}, 50}},
		Return:   &geo.LatLon{Lat: 1.5, Lon: 1.5}, ReturnAltRelative: 20,
	}
	if err := want.Validate(); err != nil {
		t.Fatal(err)
	}
	items := want.Items()
	if len(items) != 12 || items[1].Command != 5001 || items[1].Params[0] != 3 || items[4].Command != 5002 || items[4].Params[0] != 4 {
		t.Errorf("%+v", items)
	}
	got, err := AreasOf(items)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, bad := range map[string][]Item{
		"ends early":        items[:3],
		"a way point":       {{Command: 16}},
		"no corners":        {{Command: 5001}},
		"not a number":      {{Command: 5001, Params: [4]float64{math.NaN()}}},
		"too many":          {{Command: 5001, Params: [4]float64{1e30}}},
		"another polygon's": {items[1], items[2], items[5]},
	} {
		if a, err := AreasOf(bad); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
	nan := math.NaN()
	for _, bad := range []Areas{
		{Polygons: []Polygon{{true, square[:2]}}},
		{Polygons: []Polygon{{true, make([]geo.LatLon, 256)}}},
		{Polygons: []Polygon{{true, append(square, geo.LatLon{Lat: nan})}}},
		{Circles: []Circle{{true, geo.LatLon{Lat: 91}, 5}}},
		{Circles: []Circle{{true, geo.LatLon{}, nan}}},
		{Return: &geo.LatLon{Lon: 181}},
		{ReturnAltRelative: nan},
	} {
		if err := bad.Validate(); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestRallyPointsTravelAndComeBack(t *testing.T) {
	t.Parallel()
	want := []RallyPoint{{1, 2, 30}, {3, 4, 50}}
	items := RallyItems(want)
	got, err := RallyPointsOf(items, nil)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	items[0].Frame, items[0].Alt = 0, 600
	if _, err := RallyPointsOf(items, nil); err == nil || !strings.Contains(err.Error(), "above the sea") {
		t.Error(err)
	}
	home := 570.0
	if got, err = RallyPointsOf(items, &home); err != nil || got[0].AltRelative != 30 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := RallyPointsOf([]Item{{Command: 16}}, nil); err == nil {
		t.Error("a way point was taken for a rally point")
	}
}

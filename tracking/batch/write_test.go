package batch

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/tracking/fusion"
)

// fill gives every field below v a value of its own that is not zero, so that one that is not written shows.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(1_767_261_600_123 + int64(*n)).UTC()))
		return
	case time.Duration:
		v.SetInt(int64(*n) * int64(300*time.Millisecond))
		return
	case fusion.SensorKind, fusion.Direction:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, n)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Float64:
		v.SetFloat(1/math.Pi + float64(*n))
	case reflect.Uint64:
		v.SetUint(uint64(*n)) //nolint:gosec // a small count
	case reflect.String:
		v.SetString("a \"name\"")
	default:
		panic(v.Type().String())
	}
}

func filled[T any]() (out T) {
	n := 0
	fill(reflect.ValueOf(&out).Elem(), &n)
	return out
}

// back writes, reads as RunTrack does, and compares.
func back[T, L any](t *testing.T, v T, write func(T) ([]byte, error), read func(*L) (T, error)) {
	t.Helper()
	raw, err := write(v)
	if err != nil {
		t.Fatal(err)
	}
	var l L
	if err := json.Unmarshal(raw, &l); err != nil {
		t.Fatal(err)
	}
	got, err := read(&l)
	if err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%s\n got %+v, %v\nwant %+v", raw, got, err, v)
	}
}

func TestWhatIsWrittenIsReadAsItWas(t *testing.T) {
	t.Parallel()
	scan := filled[fusion.Scan]()
	for _, s := range []fusion.Scan{scan, {
		Sensor: "c", Time: scan.Time, Arrival: scan.Arrival, Position: scan.Position, Before: []geo.LatLon{}, // nothing of it was looked at twice
	}} {
		back(t, s, Scan, (*scanLine).scan)
	}
	for kind, plain := range map[fusion.SensorKind]fusion.Trip{
		fusion.Bearing: filled[fusion.Trip](), fusion.Beam: {Sensor: "b", Time: scan.Time, Arrival: scan.Arrival},
	} {
		for _, d := range []fusion.Direction{fusion.DirectionUnknown, fusion.LeftToRight, fusion.RightToLeft} {
			plain.Direction = d
			back(t, plain, func(v fusion.Trip) ([]byte, error) { return Trip(v, kind) }, (*tripLine).trip)
		}
	}
	back(t, filled[fusion.ForeignTrack](), ForeignTrack, (*trackLine).track)
	all := filled[fusion.Sensor]()
	for kind := fusion.Camera; kind <= fusion.System; kind++ {
		s := all
		s.Kind = kind
		switch kind { // what belongs to other kinds is not written
		case fusion.Seismic, fusion.Camera, fusion.System:
			s.A, s.B = geo.LatLon{}, geo.LatLon{}
		case fusion.PIR, fusion.Bearing:
			s.A, s.B, s.RangeM = geo.LatLon{}, geo.LatLon{}, [len(s.RangeM)]float64{30}
		case fusion.Beam:
		}
		if kind != fusion.Seismic && kind != fusion.PIR && kind != fusion.Bearing {
			s.RangeM = [len(s.RangeM)]float64{}
		}
		back(t, s, Sensor, (*sensorLine).sensor)
	}
	lines := filled[[]fusion.Line]()
	back(t, lines, Header, (*headLine).lines)
	back(t, lines, Lines, (*headLine).lines)
}

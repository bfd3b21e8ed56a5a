package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"go.uber.org/goleak"

	"vedette/internal/geo"
	"vedette/internal/station/export"
	"vedette/internal/store"
	"vedette/ui/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func after(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }

// record is a store with two tracks, three alerts and a record of each that cannot be read. It stays open for writing.
func record(t *testing.T) *store.Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vedette.db")
	s, err := store.Open(t.Context(), path, store.Config{})
	if err != nil {
		t.Fatal(err)
	}
	put := func(kind, key string, at time.Time, data any) {
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), store.Event{Kind: kind, Key: key, ObservedAt: at, Data: raw}); err != nil {
			t.Fatal(err)
		}
	}
	at := func(id string, s int, lat, lon float64) {
		put("track", id, after(s), api.NewFeature(id, orb.Point{lon, lat}, api.TrackProperties{
			Status: "confirmed", Class: "person", Existence: new(0.9), Speed: new(1.25), CourseDeg: new(12.0),
			Ellipse: &api.Ellipse{SemiMajorM: 9, SemiMinorM: 4, BearingDeg: 70, Confidence: 0.95}, Sources: []api.TrackSource{{ID: "1-thermal"}, {ID: "s-07"}},
		}))
	}
	at("t-9", 0, -35.1, 149.1)
	at("t-9", 1, -35.1001, 149.1001)
	at("t-12", 1, -35.2, 149.2)
	at("t-9", 2, -35.1002, 149.1002)
	put("track", "t-9", after(3), "no track")
	put("detection", "x", after(1), map[string]int{"a": 1})
	alert := api.Alert{
		ID: "a-1", State: "new", Severity: "serious", Title: `=cmd|"/c" <& person`, Position: &geo.LatLon{Lat: -35.3, Lon: 149.3}, Confidence: new(0.86),
		Reasons: []string{"seismic s-07, s-08", "walking"}, RaisedAt: api.At(after(0)), UpdatedAt: api.At(after(0)),
	}
	put("alert", "a-1", after(0), alert)
	alert.State, alert.DecidedBy, alert.DecidedAt = "acknowledged", "anna", api.At(after(2))
	alert.History = []api.AlertEntry{{T: api.At(after(2)), Who: "anna", What: "acknowledged", Note: "two people,\nnorth"}}
	alert.Pictures = []api.AlertPicture{{N: 1, Kind: "first", Feed: "1-thermal", At: api.At(after(2))}, {N: 2, Kind: "best", Feed: "1-thermal", At: api.At(after(2))}}
	put("alert", "a-1", after(2), alert)
	alert.State = "resolved"
	put("alert", "a-1", after(60), alert)
	put("alert", "a-2", after(1), api.Alert{ID: "a-2", State: "new", Severity: "caution", Title: "nowhere", RaisedAt: api.At(after(1)), UpdatedAt: api.At(after(1))})
	put("alert", "a-3", after(1), 7)
	for _, id := range []string{"a-1", "a-9"} { // what somebody did, or tried to with an alert that is none
		_, err := s.Append(t.Context(), store.Event{Kind: "alert", Key: id, Who: "anna", ObservedAt: after(2), Data: json.RawMessage(`{"action":"acknowledge","target":"` + id + `"}`)})
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := store.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(r.Close(), s.Close()); err != nil {
			t.Error(err)
		}
	})
	return r
}

func write(t *testing.T, r *store.Reader, subject, format string, w store.Within) (string, export.Summary) {
	t.Helper()
	var out bytes.Buffer
	sum, err := export.Write(t.Context(), &out, r, export.Request{Subject: subject, Format: format, Within: w})
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), sum
}

func rows(t *testing.T, text string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestTracksAsGeoJSON(t *testing.T) {
	t.Parallel()
	text, sum := write(t, record(t), "tracks", "geojson", store.Within{})
	all, err := geojson.UnmarshalFeatureCollection([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if sum.Things != 2 || sum.Unreadable != 1 || len(all.Features) != 2 {
		t.Fatalf("%+v: %s", sum, text)
	}
	line, ok := all.Features[0].Geometry.(orb.LineString)
	if !ok || len(line) != 3 || line[2] != (orb.Point{149.1002, -35.1002}) || all.Features[0].ID != "t-9" {
		t.Errorf("%+v", all.Features[0])
	}
	p := all.Features[0].Properties
	if times, ok := p["times"].([]any); !ok || len(times) != 3 || times[1] != "2026-11-26T12:00:01.000Z" || p["class"] != "person" || p["t"] != "2026-11-26T12:00:02.000Z" {
		t.Errorf("%v", p)
	}
	if one, ok := all.Features[1].Geometry.(orb.Point); !ok || one != (orb.Point{149.2, -35.2}) {
		t.Errorf("a track of one point: %+v", all.Features[1])
	}
}

func TestTracksAreCutToTheTime(t *testing.T) {
	t.Parallel()
	r := record(t)
	text, sum := write(t, r, "tracks", "csv", store.Within{From: after(1), To: after(2)})
	all := rows(t, text)
	if sum.Things != 2 || len(all) != 3 || strings.Join(all[0][:4], " ") != "time track lat lon" {
		t.Fatalf("%+v %q", sum, all)
	}
	if got := strings.Join(all[1], "|"); got != "2026-11-26T12:00:01.000Z|t-12|-35.2000000|149.2000000|confirmed|person|0.900|1.25|12.0|9.0|4.0|70.0|1-thermal s-07" {
		t.Error(got)
	}
	if all[2][1] != "t-9" || all[2][2] != "-35.1001000" {
		t.Errorf("%q", all[2])
	}
	for format, empty := range map[string]string{"geojson": "{\"type\":\"FeatureCollection\",\"features\":[\n]}\n", "jsonl": ""} {
		if text, sum := write(t, r, "tracks", format, store.Within{From: after(100)}); sum.Things != 0 || text != empty {
			t.Errorf("nothing there: %q", text)
		}
	}
	text, _ = write(t, r, "tracks", "jsonl", store.Within{})
	if n := strings.Count(text, "\n"); n != 4 || !strings.Contains(text, `"t":"2026-11-26T12:00:02.000Z"`) {
		t.Errorf("%d lines: %s", n, text)
	}
}

func TestAlertsAreToldAsTheyStoodAtTheEnd(t *testing.T) {
	t.Parallel()
	r := record(t)
	text, sum := write(t, r, "alerts", "csv", store.Within{To: after(60)})
	all := rows(t, text)
	if sum.Things != 2 || sum.Unreadable != 1 || len(all) != 3 {
		t.Fatalf("%+v %q", sum, all)
	}
	want := `a-1|2026-11-26T12:00:00.000Z|2026-11-26T12:00:00.000Z|acknowledged|serious|'=cmd|"/c" <& person||0.860|-35.3000000|149.3000000||anna|2026-11-26T12:00:02.000Z|` +
		"two people,\nnorth|seismic s-07, s-08; walking|"
	if got := strings.Join(all[1], "|"); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if all[2][0] != "a-2" || all[2][8] != "" {
		t.Errorf("%q", all[2])
	}
	text, _ = write(t, r, "alerts", "jsonl", store.Within{})
	var first api.Alert
	if err := json.Unmarshal([]byte(text[:strings.Index(text, "\n")]), &first); err != nil || first.State != "resolved" {
		t.Errorf("%v %+v", err, first)
	}
	text, _ = write(t, r, "alerts", "geojson", store.Within{})
	var places struct {
		Features []struct {
			ID       string
			Geometry *api.Geometry
		}
	}
	if err := json.Unmarshal([]byte(text), &places); err != nil || len(places.Features) != 2 {
		t.Fatalf("%v %s", err, text)
	}
	if f := places.Features; f[0].Geometry == nil || f[0].Geometry.Coordinates != (orb.Point{149.3, -35.3}) || f[1].ID != "a-2" || f[1].Geometry != nil {
		t.Errorf("%+v", places.Features)
	}
}

func TestKMLIsWellFormed(t *testing.T) {
	t.Parallel()
	r := record(t)
	for subject, wants := range map[string][]string{
		"tracks": {"<when>2026-11-26T12:00:01.000Z</when>\n<when>2026-11-26T12:00:02.000Z</when>", "<gx:coord>149.1002000 -35.1002000 0</gx:coord>", "<name>t-12 person</name>"},
		"alerts": {"<Point><coordinates>149.3000000,-35.3000000</coordinates></Point>", "&lt;&amp; person", "<name>a-2 nowhere</name>"},
	} {
		text, _ := write(t, r, subject, "kml", store.Within{})
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in %s", subject, want, text)
			}
		}
		marks := 0
		for dec := xml.NewDecoder(strings.NewReader(text)); ; {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if e, ok := token.(xml.StartElement); ok && e.Name.Local == "Placemark" && e.Name.Space == "http://www.opengis.net/kml/2.2" {
				marks++
			}
		}
		if marks != 2 {
			t.Errorf("%s: %d placemarks", subject, marks)
		}
	}
}

// full is a disk with no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAnExportThatCannotBeWrittenFails(t *testing.T) {
	t.Parallel()
	r := record(t)
	for _, subject := range []string{"tracks", "alerts"} {
		for _, format := range export.Formats() {
			if _, err := export.Write(t.Context(), full{}, r, export.Request{Subject: subject, Format: format}); err == nil || !strings.Contains(err.Error(), "no space left") {
				t.Errorf("%s as %s: %v", subject, format, err)
			}
		}
	}
	for _, bad := range []export.Request{
		{Subject: "cues", Format: "csv"}, {Subject: "tracks", Format: "shp"},
		{Subject: "tracks", Format: "csv", Within: store.Within{From: after(1), To: after(1)}},
	} {
		if _, err := export.Write(t.Context(), io.Discard, r, bad); !errors.Is(err, export.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

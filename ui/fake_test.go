package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/ui/api"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// station is a station of two vehicles that does what it is told and remembers it.
type station struct {
	mu       sync.Mutex
	told     []string
	fails    error // what commands and decisions end with
	notReady []string
	changes  chan api.Change
	hold     chan struct{} // what commands wait for, nil: nothing
}

func (s *station) did(what string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, what)
	return s.fails
}

func (s *station) failWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = err
}

func (s *station) done() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.told...)
}

func (s *station) Links() []api.StationLink {
	return []api.StationLink{{Name: "lan", Transport: "udpServer", State: "up"}}
}

func (s *station) Routes() []api.Route {
	return []api.Route{{Name: "qgc", Transport: "udpClient", State: "silent", Access: "read"}}
}
func (s *station) Info() api.StationInfo { return api.StationInfo{ID: "post-1", Name: "Post 1"} }
func (s *station) Post() (api.PostPosition, error) {
	return api.PostPosition{Lat: -35, Lon: 149, Source: "config"}, nil
}

func (s *station) SetPost(_ context.Context, _ access.Principal, f api.PostFix) (api.PostPosition, error) {
	return api.PostPosition{Lat: *f.Lat, Lon: *f.Lon, Source: "feed"}, s.did("setPost")
}
func (s *station) Ready() []string { return s.notReady }
func (s *station) Vehicles() []api.Vehicle {
	return []api.Vehicle{{ID: 1, Name: "Vehicle 1", State: "live"}, {ID: 2, Name: "Vehicle 2", State: "lost"}}
}

func (s *station) Vehicle(id int) (api.Vehicle, error) {
	if id > 2 {
		return api.Vehicle{}, api.NotFound("there is no vehicle %d", id)
	}
	return s.Vehicles()[id-1], nil
}

func (s *station) Command(_ context.Context, _ access.Principal, _ int, c api.Command) (api.CommandResult, error) {
	if s.hold != nil {
		<-s.hold
	}
	return api.CommandResult{}, s.did(c.Command)
}

func (s *station) Gimbal(context.Context, access.Principal, int, api.GimbalCommand) (api.CommandResult, error) {
	return api.CommandResult{ID: "01J", ElapsedMs: 3}, s.did("gimbal")
}

func (s *station) Camera(_ context.Context, _ access.Principal, _ int, c api.CameraCommand) (api.CommandResult, error) {
	return api.CommandResult{}, s.did("camera " + c.Command)
}

func (s *station) Track(context.Context, access.Principal, int, api.TrackingCommand) (api.CommandResult, error) {
	return api.CommandResult{}, s.did("track")
}

func (s *station) StopTracking(context.Context, access.Principal, int, int) (api.CommandResult, error) {
	return api.CommandResult{}, s.did("stopTracking")
}

func (s *station) Mission(context.Context, int) (api.Mission, error) { return api.Mission{}, nil }
func (s *station) SetMission(_ context.Context, _ access.Principal, _ int, m api.Mission, override api.Override) (api.Mission, error) {
	if override.On {
		return m, s.did("setMission all the same")
	}
	return m, s.did("setMission")
}
func (s *station) Fence(context.Context, int) (api.Fence, error) { return api.Fence{}, nil }
func (s *station) SetFence(_ context.Context, _ access.Principal, _ int, f api.Fence) (api.Fence, error) {
	return f, s.did("setFence")
}
func (s *station) Rally(context.Context, int) (api.Rally, error) { return api.Rally{}, nil }
func (s *station) SetRally(_ context.Context, _ access.Principal, _ int, r api.Rally) (api.Rally, error) {
	return r, s.did("setRally")
}

func (s *station) ClearPlan(_ context.Context, _ access.Principal, _ int, kind string) error {
	return s.did("clear " + kind)
}

func (s *station) PlanFile(_ context.Context, _ int, text bool) ([]byte, error) {
	if text {
		return []byte("QGC WPL 110\n"), nil
	}
	return []byte("{}"), nil
}

func (s *station) SetPlanFile(_ context.Context, _ access.Principal, _ int, file []byte, _ api.Override) (api.PlanUpload, error) {
	return api.PlanUpload{}, s.did("setPlan " + string(file))
}
func (s *station) CheckPlan(int, []byte, bool) (api.PlanCheck, error) { return api.PlanCheck{}, nil }
func (s *station) ReadPlan([]byte) (api.Plan, error)                  { return api.Plan{Airframe: "rotors"}, nil }
func (s *station) WritePlan(_ []byte, format string) ([]byte, error) {
	return []byte("a " + format), nil
}
func (s *station) SetMissionItem(_ context.Context, _ access.Principal, _, item int) (api.CommandResult, error) {
	return api.CommandResult{}, s.did("setMissionItem " + strconv.Itoa(item))
}

func (s *station) EnableFence(_ context.Context, _ access.Principal, _ int, on bool) (api.CommandResult, error) {
	return api.CommandResult{}, s.did("enableFence " + strconv.FormatBool(on))
}

func (s *station) Signing(id int) (api.Signing, error) {
	return api.Signing{Vehicle: id, State: "off"}, nil
}
func (s *station) SetSigning(_ context.Context, _ int, r api.SigningRequest) error {
	return s.did("signing " + r.Mode)
}
func (s *station) ForgetSigning(context.Context, int) error { return s.did("forgetSigning") }
func (s *station) TelemetryLogs(int) ([]api.TelemetryLog, error) {
	return []api.TelemetryLog{{Name: "20261126T000000Z.tlog", Bytes: 5}}, nil
}

func (s *station) OpenTelemetryLog(int, string) (io.ReadSeekCloser, time.Time, error) {
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("a log"), io.NopCloser(nil)}, time.Unix(1e9, 0), nil
}

func (s *station) Feeds() []api.Feed { return []api.Feed{{ID: "1-eo", Kind: "eo", State: "live"}} }
func (s *station) Feed(id string) (api.Feed, error) {
	if id != "1-eo" {
		return api.Feed{}, api.NotFound("there is no feed %s", id)
	}
	return s.Feeds()[0], nil
}

func (s *station) Watch(_ context.Context, who access.Principal, feed, offer string) (api.WatchSession, error) {
	switch offer {
	case "v=0 full":
		return api.WatchSession{}, api.Unavailable("too many viewers")
	case "v=0 old":
		p := api.Refused("this browser cannot play H.265")
		p.Alternate = "1-eo-2"
		return api.WatchSession{}, p
	}
	return api.WatchSession{ID: "session 1", Answer: "answer to " + offer, Tag: "t1", Relays: []api.Relay{
		{Port: 3478, Username: "1:a", Password: "x+/="}, {Host: "post.example", Port: 5349, TLS: true, TCP: true, Username: "1:a", Password: "x", First: true},
	}}, s.did("watch " + feed + " for " + who.Name)
}

func (s *station) PatchWatch(_ context.Context, _ access.Principal, _, session, match, fragment string) (string, string, error) {
	switch {
	case session == "gone":
		return "", "", api.NotFound("there is no such viewer")
	case match != "*" && match != "t1":
		return "", "", api.PreconditionFailed("the session has been restarted since")
	case strings.Contains(fragment, "ice-ufrag"):
		return "a=ice-ufrag:new", "t2", s.did("restart " + session)
	}
	return "", "t1", s.did("trickle " + session)
}
func (s *station) Snapshot(_ context.Context, who access.Principal, _, id string) (api.FeedPicture, error) {
	if id != "1-eo" {
		return api.FeedPicture{}, api.Unavailable("no decoder")
	}
	return api.FeedPicture{JPEG: []byte("picture"), Time: time.Unix(1_800_000_000, 5e6).UTC(), Exact: true}, s.did(who.Name + " takes a picture of " + id)
}
func (s *station) EndWatch(context.Context, access.Principal, string, string) error { return nil }
func (s *station) Viewers(string) ([]api.Viewer, error)                             { return []api.Viewer{{Session: "a"}}, nil }
func (s *station) Viewer(access.Principal, string, string) (api.Viewer, error) {
	return api.Viewer{Session: "a", State: "connecting"}, nil
}
func (s *station) SetRecording(_ context.Context, _ access.Principal, id string, on bool) (api.Feed, error) {
	if id != "1-eo" {
		return api.Feed{}, api.NotFound("there is no feed %q", id)
	}
	state := "off"
	if on {
		state = "waiting"
	}
	return api.Feed{ID: id, Recording: &api.FeedRecording{State: state}}, s.did("record " + state)
}

func (s *station) Recordings(_ context.Context, feed string, from, to time.Time, limit int) ([]api.Recording, error) {
	if feed != "1-eo" || from.IsZero() || to.IsZero() || limit != 2 {
		return nil, nil
	}
	return []api.Recording{{Name: "1-eo_20261126T080000.000Z", Feed: feed, Start: api.At(from), End: api.At(to)}}, nil
}

func (s *station) OpenRecording(_ context.Context, who access.Principal, _, name string) (io.ReadSeekCloser, time.Time, error) {
	if name == "none" {
		return nil, time.Time{}, api.NotFound("there is no recording %q", name)
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("0123456789"), io.NopCloser(nil)}, time.Unix(1_800_000_000, 0), s.did(who.Name + " opens " + name)
}

func (s *station) RecordingIndex(_ context.Context, _ access.Principal, _, name string) (api.RecordingIndex, error) {
	if name == "none" {
		return api.RecordingIndex{}, api.NotFound("there is no recording %q", name)
	}
	return api.RecordingIndex{Name: name, HeaderBytes: 9000}, nil
}

func (s *station) RecordedMetadata(_ context.Context, _ access.Principal, _, name string, from, to time.Time) ([]api.RecordedMetadata, error) {
	if from.IsZero() || !to.IsZero() {
		return nil, nil
	}
	return []api.RecordedMetadata{{T: api.At(from), BadValues: 3}}, nil
}

func (s *station) Export(_ context.Context, who access.Principal, from, to time.Time, withVideo bool) (io.ReadSeekCloser, error) {
	what := to.Sub(from).String()
	if withVideo {
		what += " with video"
	}
	return struct {
		io.ReadSeeker
		io.Closer
	}{strings.NewReader("a zip"), io.NopCloser(nil)}, s.did(who.Name + " exports " + what)
}

func (s *station) Past(_ context.Context, from, to time.Time, step time.Duration) (api.Past, error) {
	return api.Past{From: api.At(from), To: api.At(to), StepS: step.Seconds()}, nil
}

func (s *station) RecordedAlerts(context.Context, time.Time, time.Time) ([]api.Alert, error) {
	return nil, nil
}

func (s *station) Timeline(_ context.Context, from, to time.Time) (api.Timeline, error) {
	return api.Timeline{From: api.At(from), To: api.At(to)}, nil
}

func (s *station) Sensors() []api.Sensor { return nil }
func (s *station) Tracks() api.TrackCollection {
	return api.TrackCollection{Features: []api.Track{api.NewFeature("t-1", orb.Point{149, -35}, api.TrackProperties{Status: "confirmed", Class: "person"})}}
}

func (s *station) TrackHistory(_ context.Context, id string) (api.TrackHistory, error) {
	return api.NewFeature(id, orb.LineString{{149, -35}, {149.1, -35}}, api.HistoryProperties{}), nil
}

func (s *station) AlertPicture(_ context.Context, who access.Principal, _, id string, n int) ([]byte, error) {
	if id != "a-1" || n != 3 {
		return nil, api.NotFound("alert %.40q has no picture %d", id, n)
	}
	return []byte("picture"), s.did(who.Name + " looks at a picture of " + id)
}
func (s *station) AlertHistory(_ context.Context, id string) (api.AlertHistory, error) {
	return api.AlertHistory{ID: id, Path: api.NewFeature(id, orb.LineString{{149, -35}, {149.1, -35}}, api.HistoryProperties{})}, nil
}

func (s *station) Alerts(openOnly bool) []api.Alert {
	all := []api.Alert{{ID: "a-1", State: "new"}, {ID: "a-2", State: "resolved"}}
	if openOnly {
		return all[:1]
	}
	return all
}

func (s *station) DecideAlert(_ context.Context, _ access.Principal, id, action, note string) (api.Alert, error) {
	return api.Alert{ID: id}, s.did(action + " " + id + " " + note)
}

func (s *station) AssignAlert(_ context.Context, who access.Principal, id, to, expected string) (api.Alert, error) {
	return api.Alert{ID: id, AssignedTo: to, AssignedBy: who.Name}, s.did("assign " + id + " from " + expected + " to " + to)
}

func (s *station) Cues() []api.Cue {
	return []api.Cue{{ID: "c-1", State: "proposed", Vehicle: 1}, {ID: "c-2", State: "rejected", Vehicle: 2}}
}

func (s *station) DecideCue(_ context.Context, _ access.Principal, id, action string) (api.Cue, error) {
	return api.Cue{ID: id, Vehicle: 1}, s.did(action + " " + id)
}
func (s *station) FollowTrack(_ context.Context, _ access.Principal, vehicle int, track string) (api.Cue, error) {
	return api.Cue{ID: "c-3", Vehicle: vehicle, TrackID: track}, s.did("follow " + track)
}
func (s *station) Patrols() []api.Patrol                           { return nil }
func (s *station) SetPatrol(_ context.Context, p api.Patrol) error { return s.did("patrol " + p.ID) }
func (s *station) Waveform(id string) (api.Waveform, error) {
	return api.Waveform{Sensor: id, RateHz: 100, Counts: []int32{14500, 14600}}, nil
}
func (s *station) MuteSensor(_ context.Context, _ access.Principal, id string, m api.Mute) error {
	return s.did("mute " + id + " " + m.Why)
}

func (s *station) Bias(id int) ([]api.CameraBias, error) {
	return []api.CameraBias{{Feed: "1-thermal", EastM: 2.5, EastSigmaM: 0.5, ClockMs: 80, ClockSigmaMs: 12}}, nil
}

func (s *station) ForgetBias(_ context.Context, id int) error {
	return s.did("forget bias " + strconv.Itoa(id))
}

func (s *station) PlaceInFeed(feed string, x, y float64, at time.Time) (api.FeedPlace, error) {
	return api.FeedPlace{Feed: feed, T: api.At(at)}, nil
}

func (s *station) Crossings(context.Context, time.Time, time.Time) (api.CrossingMap, error) {
	return api.CrossingMap{}, nil
}
func (s *station) Strangers() []api.Stranger {
	return []api.Stranger{{ID: "s-99", Gateway: "north", Protocol: "vedette-line"}}
}

func (s *station) Configuration(string) api.Configuration {
	return api.Configuration{Entries: []api.ConfigEntry{}, Gateways: []api.ConfigGateway{}}
}

func (s *station) SetEntry(_ context.Context, who access.Principal, c api.EntryChange) (api.EntryChanged, error) {
	is := api.ConfigEntry{Section: c.Section, ID: c.ID, State: "changed", Now: c.Entry, Who: who.Name}
	err := s.did(fmt.Sprintf("set %s/%s %s reset %v expecting %q", c.Section, c.ID, c.Entry, c.Reset, c.Expected))
	return api.EntryChanged{Entry: is, Before: json.RawMessage(`{"kind":"seismic"}`), After: c.Entry}, err
}

func (s *station) Zones() api.ZoneCollection                   { return api.ZoneCollection{} }
func (s *station) TerrainInfo() (api.TerrainInfo, error)       { return api.TerrainInfo{MaxZoom: 15}, nil }
func (s *station) Elevation(geo.LatLon) (api.Elevation, error) { return api.Elevation{}, nil }
func (s *station) Viewshed(q api.ViewshedQuery) (api.Viewshed, error) {
	return api.NewFeature("", orb.MultiPolygon{}, api.ViewshedProperties{HeightM: q.HeightM, RangeM: q.RangeM, TargetM: q.TargetM}), nil
}
func (s *station) TerrainTile(context.Context, int, int, int) ([]byte, error) {
	return []byte("a tile"), nil
}

func (s *station) Changes(ctx context.Context) <-chan api.Change {
	out := make(chan api.Change)
	go func() {
		defer close(out)
		for {
			select {
			case c := <-s.changes:
				select {
				case out <- c:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

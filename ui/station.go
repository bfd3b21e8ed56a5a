package ui

import (
	"context"
	"io"
	"time"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/ui/api"
)

// Station is what the server asks of the station. This package checks roles and leases and validates bodies first, so a
// method is called only for somebody who may do it, and records every act with its outcome afterwards, so a Station
// writes no audit of its own for what it is asked here. Errors that are or wrap an *api.Problem reach the client as they
// are. Every method may be called from many goroutines.
type Station interface {
	Overview
	Vehicles
	Wires
	Links
	Plans
	Cameras
	Settings
	Onboard
	Feeds
	Recordings
	Periods
	Picture
	Siting
	Ground
	// Changes delivers what changes from now on, in order, until the context is done. The reader never blocks for
	// long; a channel that is closed earlier makes the server ask again and every console start over.
	Changes(ctx context.Context) <-chan api.Change
}

// Overview names the station and says how it is.
type Overview interface {
	Info() api.StationInfo
	// Post is where the station is; an api.NotFound while nobody has told.
	Post() (api.PostPosition, error)
	// SetPost takes what the station's own receiver says; lat and lon are there.
	SetPost(ctx context.Context, who access.Principal, fix api.PostFix) (api.PostPosition, error)
	// Ready gives the reasons why the station cannot do its work yet; none: it can.
	Ready() []string
}

// Vehicles are seen, commanded and planned for.
type Vehicles interface {
	Vehicles() []api.Vehicle
	Vehicle(id int) (api.Vehicle, error)
	// Traffic are the aircraft that ADS-B receivers hear, by address.
	Traffic() []api.Aircraft
	Command(ctx context.Context, who access.Principal, id int, c api.Command) (api.CommandResult, error)
	Gimbal(ctx context.Context, who access.Principal, id int, g api.GimbalCommand) (api.CommandResult, error)
}

// Settings are the parameters of vehicles.
type Settings interface {
	Parameters(ctx context.Context, id int, q api.ParameterQuery) (api.ParameterList, error)
	// ParameterFile is the list as a file: "param" for Mission Planner, "qgc" for QGroundControl.
	ParameterFile(ctx context.Context, id int, format string, q api.ParameterQuery) ([]byte, error)
	Parameter(ctx context.Context, id int, name string) (api.Parameter, error)
	// Settings are those of a component that is not the autopilot; search leaves out what is not meant.
	Settings(ctx context.Context, id, component int, search string) ([]api.Parameter, error)
	Setting(ctx context.Context, id, component int, name string) (api.Parameter, error)
	SetSetting(ctx context.Context, who access.Principal, id, component int, name string, v api.ParameterValue) (api.Parameter, error)
	SetParameter(ctx context.Context, who access.Principal, id int, name string, value float64) (api.Parameter, error)
	SetParameters(ctx context.Context, who access.Principal, id int, values map[string]float64) ([]api.ParameterResult, error)
	CompareParameters(ctx context.Context, id int, with api.ParameterComparison) (api.ParameterDifferences, error)
	SaveParameters(ctx context.Context, id int, name string) error
	SavedParameters() ([]api.SavedParameters, error)
}

// Onboard is what vehicles have on their cards.
type Onboard interface {
	ListFiles(ctx context.Context, id int, path string) ([]api.FileEntry, error)
	ReadFile(ctx context.Context, id int, path string) ([]byte, error)
	WriteFile(ctx context.Context, who access.Principal, id int, path string, content []byte) error
	// RemoveFile removes a folder where the path ends with a slash.
	RemoveFile(ctx context.Context, who access.Principal, id int, path string) error
	ChangeFiles(ctx context.Context, who access.Principal, id int, a api.FileAction) (api.FileResult, error)
	// CancelTransfer ends what goes on; an api.Conflict where nothing does.
	CancelTransfer(id int) error
	OnboardLogs(ctx context.Context, id int) ([]api.OnboardLog, error)
	// DownloadLog begins a download, which goes on by itself.
	DownloadLog(ctx context.Context, id, n int, byMessages bool) error
	// OpenLog opens a log that has been downloaded, and tells its name and when it came.
	OpenLog(id, n int) (content io.ReadSeekCloser, name string, at time.Time, err error)
	EraseLogs(ctx context.Context, who access.Principal, id int) error
}

// Links are the MAVLink connections, and the other stations that share the vehicles.
type Links interface {
	Links() []api.StationLink
	Routes() []api.Route
}

// Wires are how vehicles are spoken with: by which keys, and what was said.
type Wires interface {
	Signing(id int) (api.Signing, error)
	SetSigning(ctx context.Context, id int, r api.SigningRequest) error
	// ForgetSigning drops the key of a vehicle, which need not be known, on our side alone.
	ForgetSigning(ctx context.Context, id int) error
	TelemetryLogs(id int) ([]api.TelemetryLog, error)
	// OpenTelemetryLog also tells when the log was changed last.
	OpenTelemetryLog(id int, name string) (io.ReadSeekCloser, time.Time, error)
}

// Plans are the missions, fences and rally points of vehicles. A plan in which errors are found is refused, unless they are
// overridden.
type Plans interface {
	Mission(ctx context.Context, id int) (api.Mission, error)
	SetMission(ctx context.Context, who access.Principal, id int, m api.Mission, override api.Override) (api.Mission, error)
	Fence(ctx context.Context, id int) (api.Fence, error)
	SetFence(ctx context.Context, who access.Principal, id int, f api.Fence) (api.Fence, error)
	Rally(ctx context.Context, id int) (api.Rally, error)
	SetRally(ctx context.Context, who access.Principal, id int, r api.Rally) (api.Rally, error)
	// ClearPlan empties "mission", "fence" or "rally", or all of them where no kind is named.
	ClearPlan(ctx context.Context, who access.Principal, id int, kind string) error
	// PlanFile is all that the vehicle holds as a .plan file of QGroundControl, or as a "QGC WPL 110" text of its mission.
	PlanFile(ctx context.Context, id int, text bool) ([]byte, error)
	SetPlanFile(ctx context.Context, who access.Principal, id int, file []byte, override api.Override) (api.PlanUpload, error)
	// CheckPlan looks through a mission or plan in JSON or a plan file; vehicle is 0 for none in particular. profile asks for the
	// ground below the way.
	CheckPlan(vehicle int, body []byte, profile bool) (api.PlanCheck, error)
	// ReadPlan reads a plan file, a KML or a plan in JSON; WritePlan makes "plan", "wpl" or "kml" of one. Neither sends anything.
	ReadPlan(body []byte) (api.Plan, error)
	WritePlan(body []byte, format string) ([]byte, error)
	SetMissionItem(ctx context.Context, who access.Principal, id, item int) (api.CommandResult, error)
	EnableFence(ctx context.Context, who access.Principal, id int, on bool) (api.CommandResult, error)
}

// Feeds are watched.
type Feeds interface {
	Feeds() []api.Feed
	Feed(id string) (api.Feed, error)
	// Watch answers an SDP offer; the session names the connection for what follows and is hard to guess.
	Watch(ctx context.Context, who access.Principal, feedID, offer string) (api.WatchSession, error)
	// PatchWatch applies an ICE fragment (RFC 8840) made for the ICE session of that entity tag, "*" for any. The answer is
	// empty where it was no restart, else the station's fragment, with the new tag. A session is changed and ended by who
	// made it, or an admin.
	PatchWatch(ctx context.Context, who access.Principal, feedID, session, match, fragment string) (answer, tag string, err error)
	// Snapshot takes the newest picture of a feed, and has on record who took it.
	Snapshot(ctx context.Context, who access.Principal, address, feedID string) (api.FeedPicture, error)
	EndWatch(ctx context.Context, who access.Principal, feedID, session string) error
	Viewers(feedID string) ([]api.Viewer, error)
	// Viewer is seen by who made the session, and by operators.
	Viewer(who access.Principal, feedID, session string) (api.Viewer, error)
}

// Recordings are what was kept of feeds.
type Recordings interface {
	// SetRecording outweighs the configuration, also after a restart, until it is set to what that says.
	SetRecording(ctx context.Context, who access.Principal, feedID string, on bool) (api.Feed, error)
	// Recordings touch a span of time, the oldest first; feed "" means all, zero times leave a side open.
	Recordings(ctx context.Context, feed string, from, to time.Time, limit int) ([]api.Recording, error)
	// OpenRecording has on record that somebody watches it, and also tells when the file was changed last.
	OpenRecording(ctx context.Context, who access.Principal, address, name string) (io.ReadSeekCloser, time.Time, error)
	// RecordingIndex and RecordedMetadata have it on record likewise; zero times leave a side open.
	RecordingIndex(ctx context.Context, who access.Principal, address, name string) (api.RecordingIndex, error)
	RecordedMetadata(ctx context.Context, who access.Principal, address, name string, from, to time.Time) ([]api.RecordedMetadata, error)
}

// Periods are what is on record of spans of time.
type Periods interface {
	// Export is a zip of the tracks and alerts of a span of time; closing it does away with it.
	Export(ctx context.Context, who access.Principal, from, to time.Time, withVideo bool) (io.ReadSeekCloser, error)
	// Past are the recorded states of a span of time, of each vehicle and track at most one in a step; an api.NotFound where
	// the record begins later.
	Past(ctx context.Context, from, to time.Time, step time.Duration) (api.Past, error)
	// RecordedAlerts are the alerts that were raised, changed or decided in a span of time, as they stood at its end, the oldest first.
	RecordedAlerts(ctx context.Context, from, to time.Time) ([]api.Alert, error)
	// Timeline says what there is to look back on.
	Timeline(ctx context.Context, from, to time.Time) (api.Timeline, error)
}

// Picture is what the station believes and what people have decided.
type Picture interface {
	Sensors() []api.Sensor
	Tracks() api.TrackCollection
	TrackHistory(ctx context.Context, id string) (api.TrackHistory, error)
	// Alerts are newest first; openOnly leaves just the new and the acknowledged ones.
	Alerts(openOnly bool) []api.Alert
	// AlertHistory says where what an alert is about came from, and who looked when.
	AlertHistory(ctx context.Context, id string) (api.AlertHistory, error)
	// AlertPicture gives a still that is kept with an alert, a JPEG, and has on record who looked.
	AlertPicture(ctx context.Context, who access.Principal, address, alertID string, n int) ([]byte, error)
	// DecideAlert does "acknowledge", "resolve" or "false"; a second decision is an api.Conflict that says whose stands.
	DecideAlert(ctx context.Context, who access.Principal, id, action, note string) (api.Alert, error)
	// AssignAlert gives an alert to somebody, or to nobody; an api.Conflict that says whose it is where that is not who was
	// expected.
	AssignAlert(ctx context.Context, who access.Principal, id, to, expected string) (api.Alert, error)
	Cues() []api.Cue
	// DecideCue does "approve" or "reject", and "end" with one that is under way; on approval the principal holds the vehicle's lease.
	DecideCue(ctx context.Context, who access.Principal, id, action string) (api.Cue, error)
	// FollowTrack has a vehicle, whose lease the principal holds, follow a track as an approved cue does; an api.Conflict in words where it cannot.
	FollowTrack(ctx context.Context, who access.Principal, vehicle int, track string) (api.Cue, error)
	Zones() api.ZoneCollection
	// Patrols are those of ours that have reported of late.
	Patrols() []api.Patrol
	// SetPatrol takes a report of one of ours.
	SetPatrol(ctx context.Context, p api.Patrol) error
	// Waveform is what a sensor felt around its newest trip; an api.NotFound where it sends no waveform or has felt nothing yet.
	Waveform(sensor string) (api.Waveform, error)
	// MuteSensor mutes a sensor for some minutes; none ends that.
	MuteSensor(ctx context.Context, who access.Principal, id string, m api.Mute) error
	// Bias is what has been learned of the systematic errors of the cameras that a vehicle carries, and ForgetBias starts anew
	// with it, as after a repair.
	Bias(id int) ([]api.CameraBias, error)
	ForgetBias(ctx context.Context, id int) error
	// PlaceInFeed is the ground that a point of a feed's picture showed, in shares of its width and height from the upper left
	// corner; a zero time is now. An api.Refused says why there is none.
	PlaceInFeed(feed string, x, y float64, at time.Time) (api.FeedPlace, error)
	// Crossings are the alerts of a time by place and hour of the day; a zero time leaves that side open.
	Crossings(ctx context.Context, from, to time.Time) (api.CrossingMap, error)
}

// Siting is what the station has of sensors, zones, feeds and links, and how that is changed beside the configuration file.
type Siting interface {
	// Strangers are senders on our gateways that no sensor is configured for, the newest heard first.
	Strangers() []api.Stranger
	// Configuration is what holds of a section, or of all where none is named.
	Configuration(section string) api.Configuration
	// SetEntry changes, removes or resets an entry; an api.BadRequest says which rule of the file it breaks, an
	// api.PreconditionFailed that it is not as it was expected. Some zones are for admins alone. What it was and would be is told in
	// any case, for the record.
	SetEntry(ctx context.Context, who access.Principal, c api.EntryChange) (api.EntryChanged, error)
}

// Ground is the terrain.
type Ground interface {
	TerrainInfo() (api.TerrainInfo, error)
	// TerrainTile is a PNG of 256 x 256 pixels in Terrarium encoding.
	TerrainTile(ctx context.Context, z, x, y int) ([]byte, error)
	Elevation(at geo.LatLon) (api.Elevation, error)
	// Viewshed is what can be seen from a place over the terrain.
	Viewshed(q api.ViewshedQuery) (api.Viewshed, error)
}

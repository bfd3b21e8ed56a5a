package station

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
	"vedette/ui/api"
)

// payload is a station's part for gimbals and cameras, with a vehicle over a real socket, over ground that rises to the east.
type payload struct {
	*vehicles
	*cameras
	pilot *mavlinktest.Autopilot
}

const patience = 60 * time.Second // a machine may be busy with other tests

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after %v still not: %s", patience, what)
		}
	}
}

func newPayload(t *testing.T) payload {
	t.Helper()
	s, err := mavlink.New(mavlink.Config{Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() { cancel(); all.Wait() })
	all.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	const rad = math.Pi / 180
	a, err := mavlinktest.New(mavlinktest.Config{
		Network: "udp", Address: s.LinkAddr("lan").String(), Lat: -35, Lon: 149.1, GroundAMSL: 100,
		Gimbals: []common.MessageGimbalManagerInformation{{
			GimbalDeviceId: 1, PitchMin: -90 * rad, PitchMax: 20 * rad,
			CapFlags: common.GIMBAL_MANAGER_CAP_FLAGS_HAS_PITCH_AXIS | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_AXIS | common.GIMBAL_MANAGER_CAP_FLAGS_HAS_YAW_LOCK,
		}},
		Lens: common.MessageCameraInformation{
			Flags:          common.CAMERA_CAP_FLAGS_HAS_BASIC_ZOOM | common.CAMERA_CAP_FLAGS_CAPTURE_VIDEO | common.CAMERA_CAP_FLAGS_HAS_TRACKING_RECTANGLE,
			GimbalDeviceId: 1,
		},
		Streams: []common.MessageVideoStreamInformation{{StreamId: 1, Count: 1, Hfov: 60, Uri: "rtsp://me:secret@127.0.0.1:1/eo"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	all.Go(func() { a.Run(ctx) })
	v := &vehicles{mavlink: s, ground: &ground{terrain: slope{}}, looks: newLooks()}
	p := payload{v, &cameras{v}, a}
	eventually(t, "gimbal and camera are described", func() bool {
		known, err := p.Vehicle(1)
		return err == nil && len(known.Gimbals) == 1 && known.Gimbals[0].PitchRange != nil && known.Gimbals[0].PitchDeg != nil &&
			len(known.Cameras) == 1 && known.Cameras[0].Abilities != nil && len(known.Cameras[0].Streams) == 1
	})
	return p
}

func (p payload) vehicle(t *testing.T) api.Vehicle {
	t.Helper()
	v, err := p.Vehicle(1)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func status(err error) int {
	if problem, ok := errors.AsType[*api.Problem](err); ok {
		return problem.Status
	}
	return 0
}

var operator = access.Principal{Name: "operator"}

func TestALookGoesToTheGroundThereAndIsShown(t *testing.T) {
	t.Parallel()
	p := newPayload(t)
	if _, err := p.Gimbal(t.Context(), operator, 1, api.GimbalCommand{LookAt: &api.Place{Lat: new(-35.0), Lon: new(149.15)}}); err != nil {
		t.Fatal(err)
	}
	high := geo.AMSL(321)
	if _, err := p.Gimbal(t.Context(), operator, 1, api.GimbalCommand{LookAt: &api.Place{Lat: new(-35.0), Lon: new(149.16), AltAMSL: &high}, Gimbal: 1}); err != nil {
		t.Fatal(err)
	}
	var heights []float64
	for _, m := range p.pilot.Heard() {
		if c, ok := m.(*common.MessageCommandInt); ok && c.Command == common.MAV_CMD_DO_SET_ROI_LOCATION {
			heights = append(heights, float64(c.Z))
		}
	}
	if len(heights) != 2 || math.Abs(heights[0]-150) > 0.1 || heights[1] != 321 {
		t.Errorf("heights %v, want those of the ground and of the request", heights)
	}
	if target := p.vehicle(t).Gimbals[0].Target; target == nil || target.Lon != 149.16 {
		t.Errorf("target %v", target)
	}
	eventually(t, "the operator sees that we are in control", func() bool {
		c := p.vehicle(t).Gimbals[0].Control
		return c != nil && c.Who == "us"
	})
	if _, err := p.Gimbal(t.Context(), operator, 1, api.GimbalCommand{PitchDeg: new(80.0), YawDeg: new(0.0)}); status(err) != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "20°") {
		t.Errorf("beyond its limit: %v", err)
	}
	if _, err := p.Gimbal(t.Context(), operator, 1, api.GimbalCommand{Mode: "roiNone"}); err != nil {
		t.Error(err)
	}
	if target := p.vehicle(t).Gimbals[0].Target; target != nil {
		t.Errorf("target %v after it was given up", target)
	}
}

func TestAnApprovedCueDoesNotTakeTheCameraFromAnotherStation(t *testing.T) {
	t.Parallel()
	p := newPayload(t)
	p.pilot.Control(1, 254, 190)
	eventually(t, "the other's control is seen", func() bool {
		c := p.vehicle(t).Gimbals[0].Control
		return c != nil && c.Who == "other"
	})
	place := api.Place{Lat: new(-35.0), Lon: new(149.15)}
	if _, err := p.lookAt(t.Context(), 1, 1, place, true); status(commandProblem(1, err)) != http.StatusConflict {
		t.Errorf("%v", err)
	}
	if _, err := p.lookAt(t.Context(), 1, 1, place, false); err != nil {
		t.Errorf("a person: %v", err)
	}
}

func TestACameraIsToldAndShown(t *testing.T) {
	t.Parallel()
	p := newPayload(t)
	if text, err := json.Marshal(p.vehicle(t)); err != nil || strings.Contains(string(text), "secret") {
		t.Errorf("the password of a stream is told: %v", err)
	}
	if r, err := p.Camera(t.Context(), operator, 1, api.CameraCommand{Command: "record"}); err != nil || r.Result != "accepted" || r.Command != "camera" {
		t.Errorf("%+v, %v", r, err)
	}
	eventually(t, "it records", func() bool { r := p.vehicle(t).Cameras[0].Recording; return r != nil && *r })
	if _, err := p.Camera(t.Context(), operator, 1, api.CameraCommand{Command: "photo"}); status(err) != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "no photos") {
		t.Errorf("a photo: %v", err)
	}
	if _, err := p.Camera(t.Context(), operator, 1, api.CameraCommand{Command: "photo", Camera: 9}); status(err) != http.StatusBadRequest {
		t.Errorf("a camera that is not there: %v", err)
	}
	if _, err := p.Track(t.Context(), operator, 1, api.TrackingCommand{Box: &api.PictureBox{X: 0.25, Y: 0.5, W: 0.5, H: 0.25}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the box is shown", func() bool {
		k := p.vehicle(t).Cameras[0].Tracking
		return k != nil && k.Box != nil && *k.Box == api.PictureBox{X: 0.25, Y: 0.5, W: 0.5, H: 0.25} && k.Position != nil && *k.HorizontalM == 7
	})
	if _, err := p.StopTracking(t.Context(), operator, 1, 0); err != nil {
		t.Fatal(err)
	}
	if k := p.vehicle(t).Cameras[0].Tracking; k.State != "idle" {
		t.Errorf("%+v", k)
	}
}

func TestFramesArePlacedWithTheFieldOfViewOfTheirTime(t *testing.T) {
	t.Parallel()
	p := newPayload(t)
	f := &feeds{mavlink: p.mavlink, byHand: map[string]config.Feed{"1-eo": {}}, places: map[string]feedPlace{"1-eo": {vehicle: 1}}}
	f.byHand["by hand"] = config.Feed{Camera: config.Camera{HFOVDeg: 24.6}}
	f.discover(1)
	view := func(id string, at time.Time) float64 {
		place, _ := f.place(id)
		return f.hfov(id, place, at)
	}
	eventually(t, "the wide view is measured", func() bool { return view("1-eo", time.Now()) == 60 && p.vehicle(t).Cameras[0].VFOVDeg == nil })
	if _, err := p.Camera(t.Context(), operator, 1, api.CameraCommand{Command: "zoom", Percent: new(100.0)}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the narrow view is used", func() bool { return math.Abs(view("1-eo", time.Now())-6) < 0.01 })
	if got := view("by hand", time.Now()); got != 24.6 {
		t.Errorf("a feed of no camera that is known: %v", got)
	}
	if place, _ := f.place("1-eo"); place.gimbal != 1 || place.camera != 100 {
		t.Errorf("%+v", place)
	}
}

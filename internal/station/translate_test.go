package station

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/zone"
	"vedette/ui/api"
)

func TestDangerousCommandsNeedTypedWords(t *testing.T) {
	t.Parallel()
	v := &vehicles{ground: &ground{}}
	onGround := flying()
	onGround.Landed = "onGround"
	armed := flying()
	armed.Armed = true
	silent := armed
	silent.Landed, silent.Position = "", &mavlink.Position{AltRelative: 30}
	for _, c := range []struct {
		name    string
		vehicle mavlink.Vehicle
		asked   api.Command
		want    mavlink.Command
		words   string
	}{
		{"terminate", armed, api.Command{Command: "terminate"}, nil, `"confirm":"TERMINATE 1"`},
		{"terminate another", armed, api.Command{Command: "terminate", Confirm: "TERMINATE 3"}, nil, `"confirm":"TERMINATE 1"`},
		{"terminate in small letters", armed, api.Command{Command: "terminate", Confirm: "terminate 1"}, nil, `TERMINATE 1`},
		{"terminate, typed", armed, api.Command{Command: "terminate", Confirm: "TERMINATE 1"}, mavlink.Terminate{}, ""},
		{"sparse reports", armed, api.Command{Command: "highLatency", On: new(true)}, mavlink.HighLatency{On: true}, ""},
		{"all reports", armed, api.Command{Command: "highLatency", On: new(false)}, mavlink.HighLatency{}, ""},
		{"reboot", onGround, api.Command{Command: "reboot", Confirm: "yes"}, nil, `REBOOT 1`},
		{"reboot, typed", onGround, api.Command{Command: "reboot", Confirm: "REBOOT 1"}, mavlink.Reboot{}, ""},
		{"disarm on the ground", onGround, api.Command{Command: "disarm"}, mavlink.Disarm{}, ""},
		{"disarm in the air", armed, api.Command{Command: "disarm"}, nil, `DISARM 1`},
		{"disarm what does not tell whether it flies", silent, api.Command{Command: "disarm"}, nil, `DISARM 1`},
		{"disarm in the air, typed", armed, api.Command{Command: "disarm", Confirm: "DISARM 1"}, mavlink.Disarm{Force: true}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := v.translate(c.vehicle, c.asked)
			var problem *api.Problem
			if c.want == nil {
				if !errors.As(err, &problem) || problem.Status != http.StatusBadRequest || !strings.Contains(problem.Detail, c.words) {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if err != nil || got.command != c.want {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// TestNoFlyZonesAreKeptOut has a zone of a tenth of a degree in the east of a vehicle.
func TestNoFlyZonesAreKeptOut(t *testing.T) {
	t.Parallel()
	v := &vehicles{ground: &ground{}, zones: newZoneBook([]zone.Zone{
		{ID: "z", Name: "village", Kind: zone.NoFly, Geometry: orb.Polygon{{{149.2, -35.1}, {149.3, -35.1}, {149.3, -34.9}, {149.2, -34.9}, {149.2, -35.1}}}},
		{ID: "a", Kind: zone.Area, Geometry: orb.Polygon{{{149, -36}, {150, -36}, {150, -34}, {149, -34}, {149, -36}}}},
	})}

	inside := flying()
	inside.Position = &mavlink.Position{Lat: -35, Lon: 149.25, AltAMSL: 160}
	at := func(command string, lat, lon float64, radius *float64) api.Command {
		return api.Command{Command: command, Lat: &lat, Lon: &lon, RadiusM: radius, AltitudeAMSL: new(geo.AMSL(200))}
	}
	for _, c := range []struct {
		name    string
		vehicle mavlink.Vehicle
		asked   api.Command
		refused bool
	}{
		{"goto in front of it", flying(), at("goto", -35, 149.19, nil), false},
		{"goto into it", flying(), at("goto", -35, 149.25, nil), true},
		{"goto behind it", flying(), at("goto", -35, 149.4, nil), true},
		{"goto around its corner", flying(), at("goto", -35.5, 149.4, nil), false},
		{"goto out of it", inside, at("goto", -35, 149.4, nil), false},
		{"land in it", flying(), at("land", -35, 149.25, nil), true},
		{"orbit beside it", flying(), at("orbit", -35, 149.19, new(500.0)), false},
		{"orbit that reaches into it", flying(), at("orbit", -35, 149.19, new(1500.0)), true},
		{"home in it", flying(), at("setHome", -35, 149.25, nil), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := v.translate(c.vehicle, c.asked)
			if !c.refused && err != nil || c.refused && (err == nil || !strings.Contains(err.Error(), "no-fly zone village")) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestOrdersSayWhatTheyDo(t *testing.T) {
	t.Parallel()
	v := &vehicles{ground: &ground{terrain: slope{}}}
	for _, c := range []struct {
		asked api.Command
		want  mavlink.Command
		what  string
	}{
		{
			api.Command{Command: "orbit", Lat: new(-35.0), Lon: new(149.1), RadiusM: new(50.0), AltitudeAMSL: new(geo.AMSL(200)), Clockwise: new(false), Speed: new(6.0)},
			mavlink.Orbit{Lat: -35, Lon: 149.1, AltAMSL: 200, RadiusM: 50, Left: true, SpeedMS: 6}, "circles -35.000000, 149.100000 anticlockwise, 50 m from it, at 200 m AMSL",
		},
		{
			api.Command{Command: "land", Lat: new(-35.0), Lon: new(149.11)},
			mavlink.LandAt{Lat: -35, Lon: 149.11, AltAMSL: 160}, "flies to -35.000000, 149.110000 at 160 m AMSL and lands there",
		},
		{api.Command{Command: "land"}, mavlink.Land{}, "lands where it is"},
		{api.Command{Command: "changeAltitude", AltitudeAMSL: new(geo.AMSL(250))}, mavlink.ChangeAltitude{AltAMSL: 250}, "changes its height to 250 m AMSL"},
		{api.Command{Command: "setHome"}, mavlink.SetHome{Here: true}, "takes the place where it is as its home"},
		{api.Command{Command: "setMissionItem", Item: new(3)}, mavlink.SetMissionItem{Item: 3}, "goes on with item 3 of its mission"},
		{api.Command{Command: "setMessageInterval", Message: new(30), RateHz: new(5.0)}, mavlink.MessageInterval{Message: 30, RateHz: 5}, "sends message 30 at 5 Hz"},
	} {
		got, err := v.translate(flying(), c.asked)
		if err != nil || got.command != c.want || !strings.Contains(got.what, c.what) {
			t.Errorf("%s: %+v, %v", c.asked.Command, got, err)
		}
	}
	if _, err := v.translate(flying(), api.Command{Command: "changeAltitude", AltitudeAMSL: new(geo.AMSL(110))}); err == nil {
		t.Error("it may go down to ten metres above the ground")
	}
	rover := flying()
	rover.Type, rover.Position.AltAMSL = "groundRover", 100
	if _, err := v.translate(rover, api.Command{Command: "goto", Lat: new(-35.0), Lon: new(149.11)}); err != nil {
		t.Errorf("a rover is kept off the ground: %v", err)
	}
}

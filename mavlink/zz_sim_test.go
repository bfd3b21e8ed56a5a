package mavlink_test

import (
	"context"
	"math"
	"testing"
	"time"

	"vedette/mavlink"
	"vedette/sim/copter"
	"vedette/sim/scenario"
	"vedette/sim/world"
)

func TestZZSim(t *testing.T) {
	w, err := world.New(world.Config{Seed: 3, Start: time.Now()})
	if err != nil { t.Fatal(err) }
	s, addr := station(t)
	c, err := copter.New(copter.Config{World: w, Drone: scenario.Drone{ID: 1}, Stations: []string{"udp:" + addr}, StreamURI: func(k string) string { return "rtsp://127.0.0.1/" + k }, Seed: 1})
	if err != nil { t.Fatal(err) }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = c.Run(ctx) }()
	defer func() { cancel(); <-done }()
	eventually(t, "pos", func() bool { v, ok := s.Vehicle(1); return ok && v.Position != nil && v.Home != nil && v.Gimbal != nil })
	eventually(t, "streams", func() bool { return len(s.Streams(1)) == 2 })
	t.Logf("%+v", s.Streams(1))
	step := func(name string, f func() (mavlink.Ack, error)) {
		for range 20 {
			a, err := f()
			t.Logf("%s: %+v %v", name, a, err)
			if err == nil { return }
			time.Sleep(time.Second)
		}
	}
	step("takeoff", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.Takeoff{AltRelativeM: 20}) })
	eventually(t, "air", func() bool { v, _ := s.Vehicle(1); return v.Position.AltRelative > 10 })
	v, _ := s.Vehicle(1)
	step("goto", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.Goto{Lat: v.Position.Lat + 0.002, Lon: v.Position.Lon + 0.001, AltAMSL: v.Position.AltAMSL + 10, SpeedMS: 9}) })
	step("point", func() (mavlink.Ack, error) { return s.PointAt(ctx, 1, v.Home.Lat+0.001, v.Home.Lon, v.Home.AltAMSL) })
	for range 8 {
		time.Sleep(time.Second)
		at := time.Now().Add(-300 * time.Millisecond)
		p, err := s.PoseAt(1, at)
		truth, ok := c.TruePose(at)
		if err != nil || !ok { t.Log(err, ok); continue }
		ll, h := w.Frame().FromENU([3]float64{truth.E, truth.N, truth.U})
		_ = h
		t.Logf("err m %.2f  gimbal yaw %.2f pitch %.2f roll %.2f | dU %.2f age %v", math.Hypot((p.Lat-ll.Lat)*111195, (p.Lon-ll.Lon)*111195*math.Cos(ll.Lat/57.3)), math.Remainder(p.GimbalYawDeg-truth.YawDeg, 360), p.GimbalPitchDeg-truth.PitchDeg, p.GimbalRollDeg-truth.RollDeg, p.AltAMSL, p.Age)
	}
	step("angles", func() (mavlink.Ack, error) { return s.PointAngles(ctx, 1, -45, 270) })
	step("rates", func() (mavlink.Ack, error) { return s.PointRates(ctx, 1, 0, 5) })
	step("hold", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.Hold{}) })
	t0 := time.Now()
	ps, err := s.Parameters(ctx, 1)
	t.Log(len(ps), err, time.Since(t0))
	t.Log(s.SetParameter(ctx, 1, ps[0].Name, ps[0].Value))
	t.Log(s.UploadMission(ctx, 1, []mavlink.MissionItem{{Frame: 3, Command: 16, AutoContinue: true, Lat: v.Home.Lat, Lon: v.Home.Lon, Alt: 40}, {Frame: 3, Command: 16, AutoContinue: true, Lat: v.Home.Lat, Lon: v.Home.Lon + 0.001, Alt: 40}}))
	t.Log(s.DownloadMission(ctx, 1))
	step("startMission", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.StartMission{}) })
	time.Sleep(1500*time.Millisecond)
	v, _ = s.Vehicle(1)
	t.Logf("%+v mission %+v", v.Mode, v.Mission)
	step("return", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.Return{}) })
	step("land", func() (mavlink.Ack, error) { return s.Command(ctx, 1, mavlink.Land{}) })
	v, _ = s.Vehicle(1)
	t.Logf("%+v\n batt %+v gps %+v gimbal %+v link %+v", v, v.Battery, v.GPS, v.Gimbal, v.Link)
	t.Logf("%+v", s.Stats())
}

package copter

import (
	"math"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/sim/scenario"
)

// aroundTheCorner flies 60 m east and 60 m north, so that the straight way home is another.
func aroundTheCorner(t *testing.T, f *flight) (corner, end vec) {
	t.Helper()
	corner, end = vec{60, 0, 20}, vec{60, 60, 30}
	for _, to := range []vec{corner, end} {
		f.goTo(to)
		fly(t, f, 60, "a leg", func() bool { return to.sub(f.est.pos).length() < 1 && f.est.vel.length() < 0.5 }, nil)
	}
	return corner, end
}

func TestSmartRTLGoesBackTheWayItCame(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{3, 0, 0}, 20)
	start := vec{}
	corner, end := aroundTheCorner(t, f)
	if !f.setMode(SmartRTL) {
		t.Fatalf("refused: %v", f.notes)
	}
	off, near := 0.0, math.Inf(1)
	watch := func() {
		p := f.est.pos
		legs := [][2]vec{{end, corner}, {corner, {0, 0, 20}}, {{0, 0, 22}, start}}
		least := math.Inf(1)
		for _, l := range legs {
			least = min(least, p.sub(nearestOn(l[0], l[1], p)).length())
		}
		off, near = max(off, least), min(near, p.sub(corner).length())
	}
	fly(t, f, 60, "half the way", func() bool { return near < 4 }, watch)
	// Left in the middle, it goes on from there.
	if !f.setMode(Loiter) {
		t.Fatal(f.notes)
	}
	run(f, 3)
	if !f.setMode(SmartRTL) {
		t.Fatalf("refused the second time: %v", f.notes)
	}
	fly(t, f, 120, "the landing", func() bool { return !f.armed }, watch)
	if off > 6 || near > 4 || f.body.pos.horizontal() > 3 {
		t.Errorf("%.1f m off the way, %.1f m from the corner, landed at %v", off, near, f.body.pos)
	}
}

func TestSmartRTLNeedsATrail(t *testing.T) {
	t.Parallel()
	f := standing(vec{})
	if f.setMode(SmartRTL) || !said(f, "Mode change to SMART_RTL failed: init failed") {
		t.Errorf("before arming: %s, %v", f.mode, f.notes)
	}
	f = inTheAir(t, vec{}, 30)
	f.params.set("SIM_GPS1_ENABLE", 0)
	f.params.set("FS_EKF_ACTION", 0)
	fly(t, f, 90, "the end of the trail", func() bool { return said(f, "SmartRTL deactivated: bad position") }, nil)
	f.params.set("SIM_GPS1_ENABLE", 1)
	fly(t, f, 60, "a position", f.ready, nil)
	if f.setMode(SmartRTL) {
		t.Error("it begins without a trail")
	}

	f = inTheAir(t, vec{}, 30)
	f.params.set("SRTL_POINTS", 3)
	for i := range 12 { // a zigzag that no shortening helps
		to := vec{float64(15 * i), float64(30 * (i % 2)), 30}
		f.goTo(to)
		fly(t, f, 60, "a zigzag", func() bool { return to.sub(f.est.pos).length() < 2 }, nil)
	}
	if !said(f, "SmartRTL deactivated: buffer full") {
		t.Errorf("a full trail: %d points, %v", len(f.trail.points), f.notes)
	}
}

func TestATrailIsShortened(t *testing.T) {
	t.Parallel()
	tr := trail{}
	at := func(e, n float64) {
		if !tr.add(vec{e, n, 20}, 60, 2) {
			t.Fatalf("no room at %.0f %.0f with %d points", e, n, len(tr.points))
		}
	}
	for lap := range 5 { // laps of a square, of which only the first way counts
		for i := range 50 {
			x := float64(2 * i)
			at(x, float64(lap))
		}
		for i := range 50 {
			at(98, float64(lap+2*i))
		}
		for i := range 50 {
			at(98-float64(2*i), float64(98+lap))
		}
		for i := range 50 {
			at(0, float64(98+lap-2*i))
		}
	}
	tr.shorten(2)
	if n := len(tr.points); n > 6 || tr.points[0] != (vec{0, 0, 20}) || tr.points[n-1].sub(vec{0, 4, 20}).length() > 4 {
		t.Errorf("%d points: %v", n, tr.points)
	}
}

// tow lets a lead move at a velocity and tell where it is five times a second.
func tow(t *testing.T, f *flight, from, vel vec, seconds float64, each func(lead vec)) vec {
	t.Helper()
	at := from
	for i := range int(seconds / dt) {
		if i%20 == 0 {
			p, amsl := f.position(at)
			f.heardLead(9, &mav.MessageGlobalPositionInt{
				Lat: e7(p.Lat), Lon: e7(p.Lon), Alt: int32(float64(amsl) * 1000), RelativeAlt: int32((at[2] - f.home[2]) * 1000),
				Vx: int16(vel[1] * 100), Vy: int16(vel[0] * 100), Vz: int16(-vel[2] * 100), Hdg: uint16(wrap360(vel.courseDeg()) * 100),
			})
		}
		f.step()
		at = at.add(vel.scale(dt))
		if each != nil {
			each(at)
		}
	}
	return at
}

func TestFollowKeepsItsPlaceBesideTheLead(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{2, 1, 0}, 30)
	if f.setMode(Follow) || !said(f, "Set FOLL_ENABLE = 1") || !said(f, "Mode change to FOLLOW failed: init failed") {
		t.Errorf("without FOLL_ENABLE: %s, %v", f.mode, f.notes)
	}
	f.params.set("FOLL_ENABLE", 1)
	f.params.set("FOLL_SYSID", 9)
	f.heardLead(8, &mav.MessageGlobalPositionInt{Lat: e7(f.homePos.Lat), Lon: e7(f.homePos.Lon), RelativeAlt: 1000})
	if f.lead.system != 0 {
		t.Error("another vehicle is taken for the lead")
	}
	if !f.setMode(Follow) {
		t.Fatalf("refused: %v", f.notes)
	}
	at := tow(t, f, vec{20, 0, 25}, vec{0, 4, 0}, 15, nil) // it begins off by what lies between them
	worst := 0.0
	at = tow(t, f, at, vec{0, 4, 0}, 15, func(lead vec) { worst = max(worst, lead.sub(f.est.pos).sub(vec{20, 0, -5}).length()) })
	if worst > 3 || !said(f, "N-E-D follow offset loaded") {
		t.Errorf("%.1f m off its place: %v", worst, f.notes)
	}

	f.params.set("FOLL_OFS_TYPE", 1) // ten metres behind, as high as the lead
	f.params.set("FOLL_OFS_X", -10)
	at = tow(t, f, at, vec{3, 0, 0}, 25, nil)
	worst = 0
	at = tow(t, f, at, vec{3, 0, 0}, 10, func(lead vec) { worst = max(worst, lead.add(vec{-10, 0, 0}).sub(f.est.pos).length()) })
	if worst > 3 {
		t.Errorf("%.1f m off its place behind the lead", worst)
	}
	if yaw := math.Abs(math.Remainder(f.est.yawDeg-90, 360)); yaw > 15 {
		t.Errorf("it looks %.0f degrees past the lead", yaw)
	}

	run(f, leadTimeout+4) // nothing is heard: it stops
	if v := f.est.vel.horizontal(); v > 0.5 {
		t.Errorf("without a lead it flies on at %.1f m/s", v)
	}
	f.params.set("FOLL_DIST_MAX", 50)
	before := f.est.pos
	tow(t, f, at.add(vec{300, 0, 0}), vec{0, 0, 0}, 5, nil)
	if f.est.pos.sub(before).length() > 3 {
		t.Error("it follows a lead beyond FOLL_DIST_MAX")
	}
}

func TestFollowTargetGoesBeforePositions(t *testing.T) {
	t.Parallel()
	f := inTheAir(t, vec{}, 30)
	f.params.set("FOLL_ENABLE", 1)
	p, amsl := f.position(vec{10, 10, 40})
	m := &mav.MessageFollowTarget{EstCapabilities: leadHasPlace | leadHasSpeed, Lat: e7(p.Lat), Lon: e7(p.Lon), Alt: float32(amsl), Vel: [3]float32{1, 2, 0}}
	f.heardTarget(200, m) // nobody is named: the first is taken
	f.heardLead(200, &mav.MessageGlobalPositionInt{Lat: e7(f.homePos.Lat), Lon: e7(f.homePos.Lon)})
	if l := f.lead; l.system != 200 || l.at.sub(vec{10, 10, 40}).length() > 1 || l.vel.sub(vec{2, 1, 0}).length() > 1e-6 {
		t.Errorf("the lead is %+v", l)
	}
	f.heardTarget(201, m)
	if f.lead.system != 200 {
		t.Error("a second one takes the lead's place")
	}
	m.Vel[0] = nan32
	f.heardTarget(200, m)
	if !finite(f.lead.vel[:]...) {
		t.Error("a velocity that is no number is taken")
	}
}

func TestAGroupOfParametersAppearsWithItsSwitch(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, 1)
	count := func(enable float32) uint16 {
		s.send(&mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "FOLL_ENABLE", ParamValue: enable, ParamType: mav.MAV_PARAM_TYPE_INT8})
		return until(s, "the echo", func(m *mav.MessageParamValue) bool { return m.ParamId == "FOLL_ENABLE" && m.ParamValue == enable }).ParamCount
	}
	off := count(0)
	on := count(1)
	if int(on) != int(off)+len(followGroup) {
		t.Errorf("%d parameters, %d with the group", off, on)
	}
	set := &mav.MessageParamSet{TargetSystem: 1, TargetComponent: 1, ParamId: "FOLL_SYSID", ParamValue: 42, ParamType: mav.MAV_PARAM_TYPE_INT16}
	s.send(set)
	until(s, "the echo of FOLL_SYSID", func(m *mav.MessageParamValue) bool { return m.ParamId == "FOLL_SYSID" && m.ParamValue == 42 })
	s.send(&mav.MessageParamRequestList{TargetSystem: 1, TargetComponent: 1})
	last := until(s, "the last", func(m *mav.MessageParamValue) bool { return m.ParamIndex == on-1 })
	if count(0) != off {
		t.Error("the group stays when its switch is off")
	}
	s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: last.ParamId, ParamIndex: -1})
	until(s, "the number that it had before", func(m *mav.MessageParamValue) bool { return m.ParamId == last.ParamId && m.ParamIndex == off-1 })
	count(1)
	s.send(&mav.MessageParamRequestRead{TargetSystem: 1, TargetComponent: 1, ParamId: "FOLL_SYSID", ParamIndex: -1})
	until(s, "what was set before", func(m *mav.MessageParamValue) bool {
		return m.ParamId == "FOLL_SYSID" && m.ParamIndex < on && m.ParamValue == 42
	})
}

func TestAModeCanBeClosedToStations(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{Parameters: map[string]float64{"FLTMODE_GCSBLOCK": 1<<4 | 1<<16}}, 1)
	for _, x := range []struct {
		mode Mode
		want mav.MAV_RESULT
	}{{Loiter, mav.MAV_RESULT_ACCEPTED}, {AltHold, mav.MAV_RESULT_ACCEPTED}, {Guided, mav.MAV_RESULT_FAILED}} {
		if got := s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(x.mode)); got != x.want {
			t.Errorf("%s: %v", x.mode, got)
		}
	}
	first := until(s, "the reason", func(m *mav.MessageStatustext) bool { return m.Id != 0 && m.ChunkSeq == 0 })
	rest := until(s, "the rest of it", func(m *mav.MessageStatustext) bool { return m.Id == first.Id && m.ChunkSeq == 1 })
	if got := first.Text + rest.Text; got != "Mode change to GUIDED failed: GCS entry disabled (FLTMODE_GCSBLOCK)" {
		t.Errorf("the text is %q", got)
	}
}

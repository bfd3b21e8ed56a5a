package copter

import "slices"

// followGroup are the parameters that appear behind FOLL_ENABLE while that is not 0, with their defaults, as in ArduCopter 4.7.
var followGroup = []parameter{
	{"FOLL_SYSID", 0, i16, 0}, {"FOLL_DIST_MAX", 100, f32, 100}, {"FOLL_OFS_TYPE", 0, i8, 0},
	{"FOLL_OFS_X", 0, f32, 0}, {"FOLL_OFS_Y", 0, f32, 0}, {"FOLL_OFS_Z", 0, f32, 0},
	{"FOLL_YAW_BEHAVE", 1, i8, 1}, {"FOLL_POS_P", 0.1, f32, 0.1}, {"FOLL_ALT_TYPE", 1, i8, 1}, {"FOLL_OPTIONS", 0, i16, 0},
	{"FOLL_ACCEL_NE", 2.5, f32, 2.5}, {"FOLL_JERK_NE", 5, f32, 5}, {"FOLL_ACCEL_D", 2.5, f32, 2.5}, {"FOLL_JERK_D", 5, f32, 5},
	{"FOLL_ACCEL_H", 90, f32, 90}, {"FOLL_JERK_H", 360, f32, 360},
}

// followSwitch shows and hides the group.
const followSwitch = "FOLL_ENABLE"

// regroup shows or hides the group as its switch says. What was set stays while it is hidden; the numbers of the parameters
// behind it change, as they do in ArduPilot.
func (p *parameters) regroup() {
	at := p.index[followSwitch] + 1
	shown := at < len(p.list) && p.list[at].name == followGroup[0].name
	if want := p.list[at-1].value != 0; want == shown {
		return
	}
	if shown {
		p.hidden = slices.Clone(p.list[at : at+len(followGroup)])
		p.list = slices.Delete(p.list, at, at+len(followGroup))
	} else {
		if p.hidden == nil {
			p.hidden = followGroup
		}
		p.list = slices.Insert(p.list, at, p.hidden...)
	}
	p.index = make(map[string]int, len(p.list))
	for i, x := range p.list {
		p.index[x.name] = i
	}
}

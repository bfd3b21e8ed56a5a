package copter

import (
	"encoding/binary"
	"hash/crc32"
	"math"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// How many items each list can hold; more are refused with NO_SPACE.
const (
	mostMissionItems = 4000 // as with 64 kB of BRD_SD_MISSION
	mostFenceItems   = 1000
	mostRallyItems   = 120
)

// planTypes are the lists that stations write and read: the mission, the fence, the rally points.
const planTypes = 3

// planName begins the texts about a list.
func planName(kind mav.MAV_MISSION_TYPE) string {
	return [planTypes]string{"Mission", "Fence", "Rally"}[kind]
}

// hasPlan tells whether the autopilot keeps a list of this type; ALL is none, as measured.
func hasPlan(kind mav.MAV_MISSION_TYPE) bool { return kind < planTypes }

func mostItems(kind mav.MAV_MISSION_TYPE) int {
	return [planTypes]int{mostMissionItems, mostFenceItems, mostRallyItems}[kind]
}

// plan is a list as it is stored. Item 0 of a mission is home.
func (f *flight) plan(kind mav.MAV_MISSION_TYPE) []item {
	switch kind {
	case mav.MAV_MISSION_TYPE_FENCE:
		return f.fence.items
	case mav.MAV_MISSION_TYPE_RALLY:
		return f.rally
	}
	return f.mission
}

// checkItem says whether an item can be stored at a place in a list.
func (f *flight) checkItem(kind mav.MAV_MISSION_TYPE, seq int, it item) mav.MAV_MISSION_RESULT {
	switch kind {
	case mav.MAV_MISSION_TYPE_FENCE:
		return it.checkFence()
	case mav.MAV_MISSION_TYPE_RALLY:
		return it.checkRally()
	}
	if seq == 0 { // overwritten by home anyway
		return mav.MAV_MISSION_ACCEPTED
	}
	return it.check()
}

// setPlan stores a whole list.
func (f *flight) setPlan(kind mav.MAV_MISSION_TYPE, items []item) mav.MAV_MISSION_RESULT {
	switch kind {
	case mav.MAV_MISSION_TYPE_FENCE:
		return f.setFence(items)
	case mav.MAV_MISSION_TYPE_RALLY:
		f.rally = items
		f.setCounter("RALLY_TOTAL", len(items))
		return mav.MAV_MISSION_ACCEPTED
	}
	f.setMission(items)
	return mav.MAV_MISSION_ACCEPTED
}

func (f *flight) setMission(items []item) {
	f.mission = items
	if len(items) > 0 {
		items[0] = f.homeItem()
	}
	f.setCounter("MIS_TOTAL", len(items))
	a := &f.auto
	a.jumps = map[int]int{}
	switch {
	case f.mode != Auto || len(items) < 2:
		a.index, a.running, a.done = 0, false, false
	case a.index < 1 || a.index >= len(items):
		a.index, a.running, a.done = 1, false, false
	default: // the item that is being flown is read anew
		a.running, a.done = false, false
	}
}

// setCounter sets a parameter that counts items, and has it told to the stations.
func (f *flight) setCounter(name string, n int) {
	value := float64(n)
	if f.params.get(name) == value || !f.params.set(name, value) {
		return
	}
	f.changed = append(f.changed, name)
}

// planID is a number that changes with any change to a list; 0 for an empty one. Home does not count.
func planID(kind mav.MAV_MISSION_TYPE, items []item) uint32 {
	if kind == mav.MAV_MISSION_TYPE_MISSION && len(items) > 0 {
		items = items[1:]
	}
	if len(items) == 0 {
		return 0
	}
	sum := crc32.NewIEEE()
	var b [37]byte
	for _, it := range items {
		b[0] = byte(it.frame)
		words := [...]uint32{
			uint32(it.cmd), math.Float32bits(it.p[0]), math.Float32bits(it.p[1]), math.Float32bits(it.p[2]), math.Float32bits(it.p[3]),
			uint32(it.x), uint32(it.y), math.Float32bits(it.z), uint32(it.autocontinue),
		}
		for i, w := range words {
			binary.LittleEndian.PutUint32(b[1+4*i:], w)
		}
		_, _ = sum.Write(b[:]) // a hash never fails
	}
	return max(1, sum.Sum32())
}

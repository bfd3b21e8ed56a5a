package copter

import (
	"fmt"
	"slices"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
)

// Mode is a flight mode with ArduCopter's number.
type Mode uint32

// The modes that this autopilot flies.
const (
	Stabilize   Mode = 0
	Acro        Mode = 1
	AltHold     Mode = 2
	Auto        Mode = 3
	Guided      Mode = 4
	Loiter      Mode = 5
	RTL         Mode = 6
	Circle      Mode = 7
	Land        Mode = 9
	Drift       Mode = 11
	Sport       Mode = 13
	PosHold     Mode = 16
	Brake       Mode = 17
	GuidedNoGPS Mode = 20
	SmartRTL    Mode = 21
	Follow      Mode = 23
	AutoRTL     Mode = 27
)

// modeInfo is what is known of a mode.
type modeInfo struct {
	mode     Mode
	name     string
	flown    bool // the others are listed, but refuse to begin
	place    bool // needs a position
	standard mav.MAV_STANDARD_MODE
	flags    mav.MAV_MODE_PROPERTY
}

// modeList are ArduCopter's modes in the order of their numbers.
var modeList = []modeInfo{
	{mode: Stabilize, name: "STABILIZE", flown: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: Acro, name: "ACRO", flown: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: AltHold, name: "ALT_HOLD", flown: true, standard: mav.MAV_STANDARD_MODE_ALTITUDE_HOLD},
	{mode: Auto, name: "AUTO", flown: true, place: true, standard: mav.MAV_STANDARD_MODE_MISSION},
	{mode: Guided, name: "GUIDED", flown: true, place: true},
	{mode: Loiter, name: "LOITER", flown: true, place: true, standard: mav.MAV_STANDARD_MODE_POSITION_HOLD},
	{mode: RTL, name: "RTL", flown: true, place: true, standard: mav.MAV_STANDARD_MODE_SAFE_RECOVERY},
	{mode: Circle, name: "CIRCLE", flown: true, place: true, standard: mav.MAV_STANDARD_MODE_ORBIT},
	{mode: Land, name: "LAND", flown: true, standard: mav.MAV_STANDARD_MODE_LAND},
	{mode: Drift, name: "DRIFT", flown: true, place: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: Sport, name: "SPORT", flown: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: 14, name: "FLIP", flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: 15, name: "AUTOTUNE", flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: PosHold, name: "POSHOLD", flown: true, place: true},
	{mode: Brake, name: "BRAKE", flown: true, place: true},
	{mode: 18, name: "THROW", place: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: 19, name: "AVOID_ADSB", place: true, flags: mav.MAV_MODE_PROPERTY_NOT_USER_SELECTABLE},
	{mode: GuidedNoGPS, name: "GUIDED_NOGPS", flown: true, flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: SmartRTL, name: "SMART_RTL", flown: true, place: true, standard: mav.MAV_STANDARD_MODE_SAFE_RECOVERY},
	{mode: Follow, name: "FOLLOW", flown: true, place: true},
	{mode: 24, name: "ZIGZAG", place: true},
	{mode: 25, name: "SYSTEMID", flags: mav.MAV_MODE_PROPERTY_ADVANCED},
	{mode: AutoRTL, name: "AUTO_RTL", flown: true, place: true},
	{mode: 28, name: "TURTLE", flags: mav.MAV_MODE_PROPERTY_ADVANCED},
}

// blockable are the modes that FLTMODE_GCSBLOCK can keep stations out of, by bit: all but RTL and LAND. 22 is FLOWHOLD, 26 AUTOROTATE.
var blockable = [...]Mode{
	Stabilize, Acro, AltHold, Auto, Guided, Loiter, Circle, Drift, Sport, 14, 15, PosHold, Brake, 18, 19, GuidedNoGPS, SmartRTL, 22, Follow, 24, 25, 26, AutoRTL, 28,
}

// blocked tells whether stations are kept out of a mode.
func (f *flight) blocked(m Mode) bool {
	bit := slices.Index(blockable[:], m)
	return bit >= 0 && uint32(int32(f.params.get("FLTMODE_GCSBLOCK")))&(1<<bit) != 0
}

func (m Mode) info() (modeInfo, bool) {
	i := slices.IndexFunc(modeList, func(x modeInfo) bool { return x.mode == m })
	if i < 0 {
		return modeInfo{}, false
	}
	return modeList[i], true
}

// String is the name that ArduCopter uses.
func (m Mode) String() string {
	if i, ok := m.info(); ok {
		return i.name
	}
	return fmt.Sprintf("MODE%d", uint32(m))
}

// availableMode is AVAILABLE_MODES for the mode of an index, which counts from 1.
func availableMode(index int) *mav.MessageAvailableModes {
	m := modeList[index-1]
	return &mav.MessageAvailableModes{
		NumberModes: uint8(len(modeList)), ModeIndex: uint8(index), StandardMode: m.standard, CustomMode: uint32(m.mode),
		Properties: m.flags, ModeName: m.name,
	}
}

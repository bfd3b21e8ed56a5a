package mission

import (
	"slices"
	"strconv"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
)

// words are the commands of plans by the names that people use; every other one goes by its name in MAV_CMD.
var words = map[string]uint16{
	"waypoint": 16, "loiterUnlimited": 17, "loiterTurns": 18, "loiterTime": 19, "return": 20, "land": 21, "takeoff": 22,
	"continueAndChangeAltitude": 30, "loiterToAltitude": 31, "splineWaypoint": 82, "vtolTakeoff": 84, "vtolLand": 85,
	"guidedEnable": 92, "delay": 93, "payloadPlace": 94, "conditionDelay": 112, "conditionDistance": 114, "conditionYaw": 115,
	"setMode": 176, "jump": 177, "changeSpeed": 178, "setHome": 179, "setRelay": 181, "repeatRelay": 182, "setServo": 183, "repeatServo": 184,
	"returnPathStart": 188, "doLandStart": 189, "roi": 195, "roiNone": 197, "digicamControl": 203, "mountControl": 205,
	"cameraTriggerDistance": 206, "fenceEnable": 207, "cameraTriggerInterval": 214, "setReverse": 194, "jumpTag": 600, "doJumpTag": 601,
	"gimbal": 1000, "cameraZoom": 531, "cameraFocus": 532, "startPhotos": 2000, "stopPhotos": 2001, "startVideo": 2500, "stopVideo": 2501,
	"vtolTransition": 3000,
}

var wordOf = func() map[uint16]string {
	m := make(map[uint16]string, len(words))
	for w, id := range words {
		m[id] = w
	}
	return m
}()

const enumPrefix = "MAV_CMD_"

// CommandName is the name of a MAV_CMD: "waypoint" and so on for the usual ones, "NAV_PATHPLANNING" as in MAV_CMD for the others, and
// the number for what no dialect knows.
func CommandName(id uint16) string {
	if w, ok := wordOf[id]; ok {
		return w
	}
	return strings.TrimPrefix(all.MAV_CMD(id).String(), enumPrefix)
}

// CommandID is the inverse of CommandName. It also takes every MAV_CMD by its full name, in upper or lower case, and by its number.
func CommandID(name string) (uint16, bool) {
	if id, ok := words[name]; ok {
		return id, true
	}
	if n, err := strconv.ParseUint(name, 10, 16); err == nil {
		return uint16(n), true
	}
	var id all.MAV_CMD
	full := enumPrefix + strings.TrimPrefix(strings.ToUpper(name), enumPrefix)
	if err := id.UnmarshalText([]byte(full)); err != nil || id > 0xFFFF || id.String() != full {
		return 0, false
	}
	return uint16(id), true
}

// withPlace are the MAV_CMD whose parameters 5 to 7 are a place.
var withPlace = []uint16{
	16, 17, 18, 19, 21, 22, 25, 31, 34, 35, 36, 80, 81, 82, 84, 85, 94, 179, 188, 189, 192, 195, 201,
	5000, 5001, 5002, 5003, 5004, 5100, 30001, 31000, 31001, 31002, 31003, 31004, 31005, 31006, 31007, 31008, 31009,
}

// HasPlace tells whether parameters 5 to 7 of a command are latitude, longitude and height.
func HasPlace(id uint16) bool {
	_, found := slices.BinarySearch(withPlace, id)
	return found
}

// FliesThere tells whether a vehicle flies to the place of a command.
func FliesThere(id uint16) bool {
	switch id {
	case 16, 17, 18, 19, 21, 31, 82, 85, 94:
		return true
	}
	return false
}

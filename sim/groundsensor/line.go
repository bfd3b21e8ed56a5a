package groundsensor

import (
	"fmt"
	"strconv"
	"time"
)

// Kinds of events on the line.
const (
	kindTrip   = "TRIP"
	kindStatus = "STATUS"
)

// Details of a trip.
const (
	detailWalk    = "WALK"
	detailVehicle = "VEHICLE"
	detailAnimal  = "ANIMAL"
	detailUnknown = "UNKNOWN"
	detailL2R     = "L2R"
	detailR2L     = "R2L"
)

// formatLine writes one event as the gateway sends it: a sentence framed as in NMEA 0183, between $ and * the text that
// the checksum covers.
func formatLine(sensor string, seq uint32, at time.Time, kind string, confidence int, detail string, batteryPct int) string {
	body := "VGS," + sensor + "," + strconv.FormatUint(uint64(seq), 10) + "," + strconv.FormatInt(at.UnixMilli(), 10) + "," +
		kind + "," + strconv.Itoa(confidence) + "," + detail + "," + strconv.Itoa(batteryPct)
	var sum byte
	for i := range len(body) {
		sum ^= body[i]
	}
	return fmt.Sprintf("$%s*%02X\r\n", body, sum)
}

package mavlink

import (
	"maps"
	"math"
	"slices"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

// stream is a message that an autopilot repeats, with its usual frame in bytes and how often each profile wants it, in hertz.
type stream struct {
	id                   uint32
	bytes                float64
	full, radio, minimal float64
}

// streams are the messages that the station needs, in the order of their worth.
var streams = []stream{
	{(&common.MessageAttitude{}).GetID(), 40, 20, 5, 1},
	{(&common.MessageGlobalPositionInt{}).GetID(), 40, 10, 4, 1},
	{gimbalAttitudeID, 57, 20, 4, 1},
	{(&common.MessageSystemTime{}).GetID(), 24, 1, 0.5, 0.2},
	{(&common.MessageSysStatus{}).GetID(), 43, 1, 0.5, 0.2},
	{(&common.MessageBatteryStatus{}).GetID(), 53, 1, 0.5, 0.1},
	{(&common.MessageGpsRawInt{}).GetID(), 50, 2, 0.5, 0.2},
	{(&common.MessageVfrHud{}).GetID(), 32, 2, 1, 0.5},
	{(&common.MessageExtendedSysState{}).GetID(), 14, 2, 1, 0.5},
	{(&common.MessageMissionCurrent{}).GetID(), 18, 1, 0.5, 0.2},
	{(&common.MessageGimbalManagerStatus{}).GetID(), 25, 1, 0.5, 0.1},
	{(&common.MessageHomePosition{}).GetID(), 52, 0.2, 0.1, 0.05},
	{(&ardupilotmega.MessageEkfStatusReport{}).GetID(), 38, 1, 0.5, 0.2},
	{(&common.MessageEstimatorStatus{}).GetID(), 54, 1, 0.5, 0.2},
	{(&common.MessageVibration{}).GetID(), 44, 0.5, 0.1, 0},
	{(&ardupilotmega.MessageWind{}).GetID(), 24, 0.5, 0.2, 0.1},
	{(&common.MessageWindCov{}).GetID(), 52, 0.5, 0.2, 0.1},
	{(&common.MessageRcChannels{}).GetID(), 54, 1, 0.2, 0.1},
	{(&common.MessageFenceStatus{}).GetID(), 20, 1, 0.5, 0.2},
	{(&common.MessageGps2Raw{}).GetID(), 47, 0.5, 0.1, 0},
	{(&common.MessageTerrainReport{}).GetID(), 34, 0.5, 0.2, 0},
	{(&ardupilotmega.MessageRangefinder{}).GetID(), 20, 1, 0.2, 0.1},
}

var gimbalAttitudeID = (&common.MessageGimbalDeviceAttitudeStatus{}).GetID()

// spares are what autopilots stream by default and the station does not read: on a narrow link they are turned off.
var spares = []uint32{
	(&common.MessageRawImu{}).GetID(), (&common.MessageScaledImu{}).GetID(), (&common.MessageScaledImu2{}).GetID(),
	(&common.MessageScaledImu3{}).GetID(), (&common.MessageHighresImu{}).GetID(), (&common.MessageScaledPressure{}).GetID(),
	(&common.MessageScaledPressure2{}).GetID(), (&common.MessageServoOutputRaw{}).GetID(), (&common.MessageRcChannelsRaw{}).GetID(),
	(&common.MessageRcChannelsScaled{}).GetID(), (&common.MessageNavControllerOutput{}).GetID(), (&common.MessageLocalPositionNed{}).GetID(),
	(&common.MessageAttitudeQuaternion{}).GetID(), (&common.MessageAttitudeTarget{}).GetID(), (&common.MessagePositionTargetLocalNed{}).GetID(),
	(&common.MessagePositionTargetGlobalInt{}).GetID(), (&common.MessageActuatorControlTarget{}).GetID(), (&common.MessageOdometry{}).GetID(),
	(&common.MessageAltitude{}).GetID(), (&common.MessagePowerStatus{}).GetID(), (&common.MessageOpticalFlow{}).GetID(),
	(&ardupilotmega.MessageAhrs{}).GetID(), (&ardupilotmega.MessageAhrs2{}).GetID(), (&ardupilotmega.MessageMeminfo{}).GetID(),
	(&ardupilotmega.MessageHwstatus{}).GetID(), (&ardupilotmega.MessageSensorOffsets{}).GetID(),
}

// rate is how often a message is wanted; 0 is never.
type rate struct {
	id uint32
	hz float64
}

const (
	// heartbeatBytes a second come in any case.
	heartbeatBytes = 21
	// telemetryShare is what of a link's bandwidth the repeated messages of all its vehicles may take together. The rest
	// is for answers, missions and parameters; a radio halves what a serial line carries, because it sends one way at a time.
	telemetryShare = 0.4
)

// ratesFor gives what to ask a vehicle for on a link, on which so many vehicles are heard. Without a profile it is the
// richest that fits the bandwidth, and if none fits, the radio's or the least one made slower.
func ratesFor(p link.Profile, bytesPerSecond float64, vehicles int) []rate {
	pick, factor := func(s stream) float64 { return s.full }, 1.0
	radio := func(s stream) float64 { return s.radio }
	minimal := func(s stream) float64 { return s.minimal }
	budget := telemetryShare*bytesPerSecond/float64(max(vehicles, 1)) - heartbeatBytes
	switch {
	case p.Name == link.ProfileFull || p.Name == "" && (bytesPerSecond == 0 || cost(pick) <= budget):
	case p.Name == link.ProfileRadio:
		pick = radio
	case p.Name == link.ProfileMinimal:
		pick = minimal
	case cost(radio) <= budget:
		pick = radio
	case cost(minimal) <= budget:
		// Between the two: what is left above the least profile is shared in the proportions of the radio's.
		part := (budget - cost(minimal)) / (cost(radio) - cost(minimal))
		pick = func(s stream) float64 { return s.minimal + part*(s.radio-s.minimal) }
	default:
		pick, factor = minimal, max(budget, leastBudget)/cost(minimal)
	}
	out := make([]rate, 0, len(streams)+len(p.Rates))
	for _, s := range streams {
		hz, given := p.Rates[s.id]
		if !given {
			hz = rounded(factor * pick(s))
		}
		out = append(out, rate{s.id, hz})
	}
	for _, id := range slices.Sorted(maps.Keys(p.Rates)) {
		if !streamed(id) {
			out = append(out, rate{id, p.Rates[id]})
		}
	}
	return out
}

// leastBudget in bytes a second is asked for on any link: a position and an attitude every few seconds.
const leastBudget = 40

func cost(pick func(stream) float64) (bytesPerSecond float64) {
	for _, s := range streams {
		bytesPerSecond += s.bytes * pick(s)
	}
	return bytesPerSecond
}

// rounded keeps a rate from changing with every small change of the bandwidth: two digits are enough.
func rounded(hz float64) float64 {
	step := 1.0
	switch {
	case hz <= 0:
		return 0
	case hz < 0.1:
		step = 0.01
	case hz < 1:
		step = 0.05
	case hz < 5:
		step = 0.5
	}
	const hundredths = 100
	return max(math.Round(hundredths*step*math.Floor(hz/step))/hundredths, 0.01)
}

// streamed tells the states that an autopilot repeats, of which the newest is all that counts.
func streamed(id uint32) bool {
	const heartbeat = 0
	if id == heartbeat {
		return true
	}
	for i := range streams {
		if streams[i].id == id {
			return true
		}
	}
	return false
}

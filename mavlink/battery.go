package mavlink

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

const (
	// batteryAge is how long BATTERY_STATUS goes before the short form in SYS_STATUS.
	batteryAge   = 10 * time.Second
	maxBatteries = 16
	// fullCell says that the voltage goes on in the next field, for packs above 65.5 V.
	fullCell = unknown16 - 1
	// absoluteZeroC is below every temperature.
	absoluteZeroC = -273.15
)

// applyBattery takes a BATTERY_STATUS. The slice of batteries is replaced, since copies of the old one are about.
func (st *state) applyBattery(m *common.MessageBatteryStatus, at time.Time) {
	b := st.fullBattery(m, at)
	all := slices.DeleteFunc(slices.Clone(st.v.Batteries), func(o Battery) bool { return o.ID == b.ID })
	if len(all) >= maxBatteries {
		st.refused++
		return
	}
	all = append(all, b)
	slices.SortFunc(all, func(a, b Battery) int { return cmp.Compare(a.ID, b.ID) })
	st.v.Batteries = all
	if st.flies() {
		st.endurance.draw(b, at)
	}
	first := all[0]
	if first.ID == b.ID {
		st.batteryHeard = at
		st.v.Battery = &first
	}
}

// flies tells whether what is drawn now is drawn for flying.
func (st *state) flies() bool { return st.v.Armed && st.v.Landed != "onGround" }

func (st *state) shortBattery(m *common.MessageSysStatus, at time.Time) *Battery {
	b := Battery{Time: at.UTC()}
	if m.VoltageBattery != unknown16 && m.VoltageBattery != 0 {
		b.Voltage = number(float64(m.VoltageBattery) / 1000)
	}
	if m.CurrentBattery >= 0 {
		b.Current = number(float64(m.CurrentBattery) / centi)
	}
	b.Percent = st.percent(m.BatteryRemaining)
	return &b
}

// percent reads a share of 0 to 100; -1 is unknown, anything else is refused.
func (st *state) percent(v int8) *float64 {
	switch {
	case v >= 0 && v <= 100:
		return number(float64(v))
	case v != -1:
		st.refused++
	}
	return nil
}

func (st *state) fullBattery(m *common.MessageBatteryStatus, at time.Time) Battery {
	b := Battery{
		ID: int(m.Id), Function: batteryFunction(m.BatteryFunction), Chemistry: chemistry(m.Type),
		Charge: charge(m.ChargeState), Faults: batteryFaults(m.FaultBitmask), Percent: st.percent(m.BatteryRemaining), Time: at.UTC(),
	}
	b.Voltage, b.CellsV = cells(m)
	if m.CurrentBattery >= 0 {
		b.Current = number(float64(m.CurrentBattery) / centi)
	}
	if m.CurrentConsumed >= 0 {
		b.ConsumedAh = number(float64(m.CurrentConsumed) / 1000)
	}
	switch t := float64(m.Temperature) / centi; {
	case m.Temperature == math.MaxInt16, m.Temperature == 0:
	case t < absoluteZeroC:
		st.refused++
	default:
		b.TemperatureC = number(t)
	}
	if m.TimeRemaining > 0 {
		left := time.Duration(m.TimeRemaining) * time.Second
		b.TimeLeft = &left
	}
	return b
}

// cells gives the voltage of the pack, and those of its cells where they are measured: one field alone is the whole pack, and
// so are fields of which the first is full.
func cells(m *common.MessageBatteryStatus) (total *float64, each []float64) {
	sum := 0
	for _, v := range m.Voltages {
		if v != unknown16 {
			sum += int(v)
			each = append(each, float64(v)/1000)
		}
	}
	// The cells beyond ten say 0 for unknown, because old senders leave the field out.
	for _, v := range m.VoltagesExt {
		if v != unknown16 && v != 0 {
			sum += int(v)
			each = append(each, float64(v)/1000)
		}
	}
	if len(each) < 2 || m.Voltages[0] == fullCell {
		each = nil
	}
	if sum == 0 {
		return nil, nil
	}
	return number(float64(sum) / 1000), each
}

func batteryFunction(f common.MAV_BATTERY_FUNCTION) string {
	switch f {
	case common.MAV_BATTERY_FUNCTION_ALL:
		return "all"
	case common.MAV_BATTERY_FUNCTION_PROPULSION:
		return "propulsion"
	case common.MAV_BATTERY_FUNCTION_AVIONICS:
		return "avionics"
	case common.MAV_BATTERY_FUNCTION_PAYLOAD:
		return "payload"
	default:
		return ""
	}
}

func chemistry(t common.MAV_BATTERY_TYPE) string {
	switch t {
	case common.MAV_BATTERY_TYPE_LIPO:
		return "lipo"
	case common.MAV_BATTERY_TYPE_LIFE:
		return "life"
	case common.MAV_BATTERY_TYPE_LION:
		return "lion"
	case common.MAV_BATTERY_TYPE_NIMH:
		return "nimh"
	default:
		return ""
	}
}

func charge(s common.MAV_BATTERY_CHARGE_STATE) string {
	switch s {
	case common.MAV_BATTERY_CHARGE_STATE_OK:
		return "ok"
	case common.MAV_BATTERY_CHARGE_STATE_LOW:
		return "low"
	case common.MAV_BATTERY_CHARGE_STATE_CRITICAL:
		return "critical"
	case common.MAV_BATTERY_CHARGE_STATE_EMERGENCY:
		return "emergency"
	case common.MAV_BATTERY_CHARGE_STATE_FAILED:
		return "failed"
	case common.MAV_BATTERY_CHARGE_STATE_UNHEALTHY:
		return "unhealthy"
	case common.MAV_BATTERY_CHARGE_STATE_CHARGING:
		return "charging"
	default:
		return ""
	}
}

func batteryFaults(f common.MAV_BATTERY_FAULT) (names []string) {
	for _, k := range []struct {
		bit  common.MAV_BATTERY_FAULT
		name string
	}{
		{common.MAV_BATTERY_FAULT_DEEP_DISCHARGE, "deep discharge"}, {common.MAV_BATTERY_FAULT_SPIKES, "voltage spikes"},
		{common.MAV_BATTERY_FAULT_CELL_FAIL, "cell failed"}, {common.MAV_BATTERY_FAULT_OVER_CURRENT, "too much current"},
		{common.MAV_BATTERY_FAULT_OVER_TEMPERATURE, "too hot"}, {common.MAV_BATTERY_FAULT_UNDER_TEMPERATURE, "too cold"},
		{common.MAV_BATTERY_FAULT_INCOMPATIBLE_VOLTAGE, "voltage does not fit"},
		{common.MAV_BATTERY_FAULT_INCOMPATIBLE_FIRMWARE, "firmware does not fit"},
	} {
		if f&k.bit != 0 {
			names = append(names, k.name)
		}
	}
	return names
}

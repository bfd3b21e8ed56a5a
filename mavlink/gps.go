package mavlink

import (
	"math"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/development"
)

// receiver is what GPS_RAW_INT and GPS2_RAW have in common.
type receiver struct {
	fix        common.GPS_FIX_TYPE
	alt        int32
	eph, epv   uint16
	satellites uint8
	hAcc, vAcc uint32
}

func gpsOf(m *common.MessageGpsRawInt, was *GPS, at time.Time) *GPS {
	return receiver{m.FixType, m.Alt, m.Eph, m.Epv, m.SatellitesVisible, m.HAcc, m.VAcc}.state(was, at)
}

func gps2Of(m *common.MessageGps2Raw, was *GPS, at time.Time) *GPS {
	return receiver{m.FixType, m.Alt, m.Eph, m.Epv, m.SatellitesVisible, m.HAcc, m.VAcc}.state(was, at)
}

func (r receiver) state(was *GPS, at time.Time) *GPS {
	g := GPS{Fix: fix(r.fix), Time: at.UTC()}
	if was != nil {
		g.Jamming, g.Spoofing = was.Jamming, was.Spoofing
	}
	if r.satellites != math.MaxUint8 {
		n := int(r.satellites)
		g.Satellites = &n
	}
	if r.eph != unknown16 {
		g.HDOP = number(float64(r.eph) / centi)
	}
	if r.epv != unknown16 {
		g.VDOP = number(float64(r.epv) / centi)
	}
	if g.Fix != "none" && g.Fix != "2d" {
		g.AltAMSL = number(float64(r.alt) / perMetre)
	}
	// 0 is what senders without these extensions write.
	if r.hAcc != 0 && r.hAcc != math.MaxUint32 {
		g.HorizontalM = number(float64(r.hAcc) / perMetre)
	}
	if r.vAcc != 0 && r.vAcc != math.MaxUint32 {
		g.VerticalM = number(float64(r.vAcc) / perMetre)
	}
	return &g
}

// applyIntegrity notes what a receiver says of jamming and spoofing.
func (st *state) applyIntegrity(m *development.MessageGnssIntegrity) {
	which := &st.v.GPS
	if m.Id == 1 {
		which = &st.v.GPS2
	}
	if *which == nil || m.Id > 1 {
		return
	}
	g := **which
	g.Jamming, g.Spoofing = attack(uint64(m.JammingState)), attack(uint64(m.SpoofingState))
	*which = &g
}

// attack names GPS_JAMMING_STATE and GPS_SPOOFING_STATE, which count alike.
func attack(state uint64) string {
	switch state {
	case uint64(development.GPS_JAMMING_STATE_NOT_JAMMED):
		return "ok"
	case uint64(development.GPS_JAMMING_STATE_MITIGATED):
		return "mitigated"
	case uint64(development.GPS_JAMMING_STATE_DETECTED):
		return "detected"
	default:
		return ""
	}
}

func fix(t common.GPS_FIX_TYPE) string {
	switch t {
	case common.GPS_FIX_TYPE_2D_FIX:
		return "2d"
	case common.GPS_FIX_TYPE_3D_FIX, common.GPS_FIX_TYPE_STATIC:
		return "3d"
	case common.GPS_FIX_TYPE_DGPS, common.GPS_FIX_TYPE_PPP:
		return "dgps"
	case common.GPS_FIX_TYPE_RTK_FLOAT:
		return "rtkFloat"
	case common.GPS_FIX_TYPE_RTK_FIXED:
		return "rtkFixed"
	default:
		return "none"
	}
}

package copter

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/sim/mavftp"
	"vedette/sim/scenario"
)

// ask sends one request of the file transfer protocol, again when no answer comes, and gives the answer.
func (s *station) ask(req mavftp.Packet) mavftp.Packet {
	s.t.Helper()
	for range 20 {
		s.send(&mav.MessageFileTransferProtocol{TargetSystem: 1, TargetComponent: 1, Payload: req.Payload()})
		m, ok := within(s, patience, func(m *mav.MessageFileTransferProtocol) bool {
			p := mavftp.Parse(m.Payload)
			return p.Seq == req.Seq+1 && p.Requested == req.Opcode && m.TargetSystem == 255
		})
		if ok {
			return mavftp.Parse(m.Payload)
		}
	}
	s.t.Fatalf("no answer to %+v", req)
	return mavftp.Packet{}
}

// readFile opens and reads a whole file by single reads.
func (s *station) readFile(path string) []byte {
	s.t.Helper()
	seq := uint16(100)
	if p := s.ask(mavftp.Packet{Seq: seq, Session: 1, Opcode: mavftp.OpenFileRO, Data: []byte(path)}); p.Opcode != mavftp.Ack {
		s.t.Fatalf("open %s: %+v", path, p)
	}
	var out []byte
	for {
		seq += 2
		p := s.ask(mavftp.Packet{Seq: seq, Session: 1, Opcode: mavftp.ReadFile, Size: mavftp.DataSize, Offset: uint32(len(out))})
		if p.Opcode == mavftp.Nak {
			if p.Data[0] != byte(mavftp.EndOfFile) {
				s.t.Fatalf("%s at %d: %+v", path, len(out), p)
			}
			s.ask(mavftp.Packet{Seq: seq + 2, Session: 1, Opcode: mavftp.TerminateSession})
			return out
		}
		out = append(out, p.Data...)
	}
}

// unpackAll reads a packed list as a station does.
func unpackAll(t *testing.T, b []byte) map[string]float64 {
	t.Helper()
	if len(b) < 6 || binary.LittleEndian.Uint16(b) != 0x671B {
		t.Fatalf("no header: % x", b[:min(len(b), 8)])
	}
	count := int(binary.LittleEndian.Uint16(b[2:]))
	out := map[string]float64{}
	name := ""
	for b = b[6:]; len(b) > 0; {
		if b[0] == 0 {
			b = b[1:]
			continue
		}
		kind, shared, own := b[0]&15, int(b[1]&15), int(b[1]>>4)+1
		name = name[:shared] + string(b[2:2+own])
		b = b[2+own:]
		switch kind {
		case 1:
			out[name], b = float64(int8(b[0])), b[1:]
		case 2:
			out[name], b = float64(int16(binary.LittleEndian.Uint16(b))), b[2:]
		case 3:
			out[name], b = float64(int32(binary.LittleEndian.Uint32(b))), b[4:]
		case 4:
			out[name], b = float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), b[4:]
		default:
			t.Fatalf("type %d", kind)
		}
	}
	if len(out) != count {
		t.Errorf("%d parameters, the header says %d", len(out), count)
	}
	return out
}

func TestParametersComeAsAFileAndGoBackAsOne(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	got := unpackAll(t, s.readFile("@PARAM/param.pck"))
	s.send(&mav.MessageParamRequestList{TargetSystem: 1, TargetComponent: 1})
	names := map[string]bool{}
	until(s, "the whole list", func(m *mav.MessageParamValue) bool {
		names[m.ParamId] = true
		if v, ok := got[m.ParamId]; !strings.HasPrefix(m.ParamId, "STAT_") && (!ok || float32(v) != m.ParamValue) {
			t.Errorf("%s is %v in the file, %v in the list", m.ParamId, v, m.ParamValue)
		}
		return len(names) == int(m.ParamCount)
	})
	if part := s.readFile("@PARAM/param.pck?start=2&count=3"); len(unpackAll(t, part)) != 3 {
		t.Errorf("a part: % x", part)
	}
	if b := s.readFile("@PARAM/param.pck?withdefaults=1"); binary.LittleEndian.Uint16(b) != 0x671C {
		t.Errorf("with defaults: % x", b[:6])
	}
	// RTL_ALT and a name that shares its beginning, written as a pack.
	pack := []byte{0x1B, 0x67, 2, 0, 0, 0, 3, 6 << 4}
	pack = binary.LittleEndian.AppendUint32(append(pack, "RTL_ALT"...), 4321)
	pack = append(pack, 2, 4|4<<4)
	pack = binary.LittleEndian.AppendUint16(append(pack, "SPEED"...), 650)
	s.ask(mavftp.Packet{Seq: 1, Session: 7, Opcode: mavftp.CreateFile, Data: []byte("@PARAM/param.pck")})
	s.ask(mavftp.Packet{Seq: 3, Session: 7, Opcode: mavftp.WriteFile, Data: pack})
	s.ask(mavftp.Packet{Seq: 5, Session: 7, Opcode: mavftp.TerminateSession})
	if again := unpackAll(t, s.readFile("@PARAM/param.pck")); again["RTL_ALT"] != 4321 || again["RTL_SPEED"] != 650 {
		t.Errorf("RTL_ALT %v, RTL_SPEED %v", again["RTL_ALT"], again["RTL_SPEED"])
	}
	if len(s.readFile("@SYS/uarts.txt")) == 0 {
		t.Error("an empty system file")
	}
}

// download reads a log with LOG_REQUEST_DATA, gaps again.
func (s *station) download(id uint16, size uint32) []byte {
	s.t.Helper()
	out := make([]byte, size)
	have := make([]bool, (size+89)/90)
	for range 30 {
		gap := slices.Index(have, false)
		if gap < 0 {
			s.send(&mav.MessageLogRequestEnd{TargetSystem: 1, TargetComponent: 1})
			return out
		}
		end := gap
		for end < len(have) && !have[end] {
			end++
		}
		s.send(&mav.MessageLogRequestData{TargetSystem: 1, TargetComponent: 1, Id: id, Ofs: uint32(gap * 90), Count: uint32((end - gap) * 90)})
		within(s, patience, func(m *mav.MessageLogData) bool {
			if m.Id == id && m.Ofs%90 == 0 && int(m.Ofs/90) < len(have) {
				copy(out[m.Ofs:], m.Data[:m.Count])
				have[m.Ofs/90] = true
			}
			return int(m.Ofs/90) == end-1
		})
	}
	s.t.Fatal("the log does not come")
	return nil
}

func TestLogsAreListedReadAndErased(t *testing.T) {
	t.Parallel()
	s, _ := newPair(t, scenario.Drone{}, quick)
	logs := map[uint16]*mav.MessageLogEntry{}
	list := func() {
		s.send(&mav.MessageLogRequestList{TargetSystem: 1, TargetComponent: 1, End: 0xFFFF})
		until(s, "the list", func(m *mav.MessageLogEntry) bool {
			logs[m.Id] = m
			return len(logs) == int(m.NumLogs) || m.NumLogs == 0
		})
	}
	list()
	if len(logs) != 3 || logs[2].Size < 10_000 || logs[2].TimeUtc == 0 || logs[2].TimeUtc >= logs[3].TimeUtc {
		t.Fatalf("%v", logs)
	}
	b := s.download(2, logs[2].Size)
	if !bytes.HasPrefix(b, []byte{0xA3, 0x95, 128, 128, 89, 'F', 'M', 'T', 0}) {
		t.Fatalf("begins % x", b[:12])
	}
	if count := records(t, b); count["FMT"] != len(logFormats)+1 || count["ATT"] < 50 || count["GPS"] < 50 || count["PARM"] < 60 || count["MODE"] < 2 || count["ARM"] != 2 {
		t.Errorf("records %v", count)
	}
	if file := s.readFile("/APM/LOGS/00000002.BIN"); !bytes.Equal(file, b) {
		t.Errorf("the file has %d bytes, the log %d", len(file), len(b))
	}
	// While armed nothing is sent; the log grows.
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Guided)))
	s.must(s.command(1, common.MAV_CMD_COMPONENT_ARM_DISARM, 1))
	before := len(all[*mav.MessageLogEntry](s))
	s.send(&mav.MessageLogRequestList{TargetSystem: 1, TargetComponent: 1, End: 0xFFFF})
	s.must(s.command(1, common.MAV_CMD_NAV_TAKEOFF, 0, 0, 0, 0, 0, 0, 10))
	until(s, "a while", func(m *mav.MessageHeartbeat) bool { return m.Type == mav.MAV_TYPE_CAMERA })
	if n := len(all[*mav.MessageLogEntry](s)); n != before {
		t.Errorf("%d entries came while armed", n-before)
	}
	s.must(s.command(1, common.MAV_CMD_DO_SET_MODE, 1, float32(Land)))
	grown := logs[3].Size
	until(s, "the list after the flight", func(m *mav.MessageLogEntry) bool { return m.Id == 3 && m.Size > grown+1000 })

	s.send(&mav.MessageLogErase{TargetSystem: 1, TargetComponent: 1})
	clear(logs)
	list()
	if m := logs[0]; m == nil || m.NumLogs != 0 {
		t.Errorf("after erasing: %v", logs)
	}
}

// records counts those of a log by name, by its own description.
func records(t *testing.T, b []byte) map[string]int {
	t.Helper()
	lengths, names, count := map[byte]int{128: 89}, map[byte]string{128: "FMT"}, map[string]int{}
	for len(b) > 0 {
		if len(b) < 3 || b[0] != 0xA3 || b[1] != 0x95 || lengths[b[2]] == 0 || len(b) < lengths[b[2]] {
			t.Fatalf("no record at the last %d bytes: % x", len(b), b[:min(len(b), 8)])
		}
		count[names[b[2]]]++
		if b[2] == 128 {
			lengths[b[3]], names[b[3]] = int(b[4]), strings.TrimRight(string(b[5:9]), "\x00")
		}
		b = b[lengths[b[2]]:]
	}
	return count
}

func FuzzUnpack(f *testing.F) {
	p := parameter{name: "RTL_ALT", value: 1500, kind: i32, standard: 1500}
	f.Add(p.pack(nil, "", false), "")
	f.Add([]byte{0, 0, 4, 0xFF, 'x'}, "RTL_ALT")
	f.Fuzz(func(t *testing.T, raw []byte, before string) {
		for name := before; len(raw) > 0; {
			var ok bool
			length := len(raw)
			if name, _, raw, ok = unpack(raw, name); !ok {
				return
			}
			if len(raw) >= length || name == "" || len(name) > 31 {
				t.Fatalf("%q, %d bytes of %d are left", name, len(raw), length)
			}
		}
	})
}

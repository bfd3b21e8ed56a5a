package mavlink_test

import (
	"net"
	"strings"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink"
	"vedette/mavlink/mavlinktest"
	"vedette/mavlink/rtcm"
)

// correction is a frame of RTCM 3 with a message of a length.
func correction(n int) []byte {
	b := append([]byte{0xD3, byte(n >> 8), byte(n)}, make([]byte, n)...)
	for i := range n {
		b[3+i] = byte(i + 1)
	}
	crc := rtcm.Checksum(b)
	return append(b, byte(crc>>16), byte(crc>>8), byte(crc))
}

// TestCorrectionsGoOutOncePerLink has two vehicles behind one far end and a third behind another.
func TestCorrectionsGoOutOncePerLink(t *testing.T) {
	t.Parallel()
	base, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = base.Close() }()
	s, err := mavlink.New(mavlink.Config{
		Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}, RTK: mavlink.RTKConfig{TCP: base.Addr().String()},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, s)
	eventually(t, "the link is bound", func() bool { return s.LinkAddr("lan") != nil })
	addr := s.LinkAddr("lan").String()
	radio, err := net.Dial("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	one := fly(t, mavlinktest.Config{SystemID: 1, Conn: radio, Lat: -35, Lon: 149})
	two := fly(t, mavlinktest.Config{SystemID: 2, Conn: radio, Lat: -35, Lon: 149})
	three := fly(t, mavlinktest.Config{SystemID: 3, Address: addr, Lat: -35, Lon: 149})
	eventually(t, "all vehicles are there", func() bool { return len(s.Vehicles()) == 3 })
	from, err := base.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = from.Close() }()
	stream := append([]byte("noise"), correction(19)...)
	stream = append(stream, correction(400)...)
	stream = append(stream, correction(1000)...) // fits into no four fragments
	if _, err := from.Write(stream); err != nil {
		t.Fatal(err)
	}
	heard := func(all ...*mavlinktest.Autopilot) (n, bytes int) {
		for _, a := range all {
			for _, m := range a.Heard() {
				if d, ok := m.(*common.MessageGpsRtcmData); ok {
					n++
					bytes += int(d.Len)
				}
			}
		}
		return n, bytes
	}
	const whole = 19 + 6 + 400 + 6
	eventually(t, "both far ends have them once", func() bool {
		n, bytes := heard(one, two)
		m, more := heard(three)
		return n == 4 && m == 4 && bytes == whole && more == whole
	})
	got := s.Stats().RTK
	if got.Messages != 3 || got.TooLong != 1 || got.Sent != 4 || got.SkippedBytes != 5 || got.Opens != 1 || s.RTKLast().IsZero() {
		t.Errorf("%+v", got)
	}
}

func TestTheSourceOfCorrectionsIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []mavlink.RTKConfig{
		{TCP: "nowhere"}, {Serial: &mavlink.SerialConfig{}}, {TCP: "a:1", Serial: &mavlink.SerialConfig{Device: "/dev/x"}},
	} {
		if _, err := mavlink.New(mavlink.Config{RTK: c}); err == nil || !strings.Contains(err.Error(), "rtk") {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

package link

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// quick are the messages that are read by hand, with values of every field.
func quick() []message.Message {
	return []message.Message{
		&common.MessageHeartbeat{}, &common.MessageSysStatus{}, &common.MessageGpsRawInt{}, &common.MessageAttitude{}, &common.MessageGlobalPositionInt{},
		&common.MessageVfrHud{}, &common.MessageGimbalDeviceAttitudeStatus{},
	}
}

// TestDecodingByHandReadsWhatGomavlibReads compares the two for payloads of every length.
func TestDecodingByHandReadsWhatGomavlibReads(t *testing.T) {
	t.Parallel()
	c := codec(t)
	rnd := rand.New(rand.NewPCG(3, 5))
	for _, m := range quick() {
		size, ok := fastSize(m.GetID())
		if !ok {
			t.Errorf("%T is not read by hand", m)
			continue
		}
		for length := range size + 3 {
			for range 20 {
				payload := make([]byte, length)
				for i := range payload {
					payload[i] = byte(rnd.Uint32())
				}
				f := Frame{Version: 2, MessageID: m.GetID(), Payload: payload}
				got, fast := decodeFast(f)
				if fast != (length <= size) {
					t.Fatalf("%T of %d bytes: by hand %v", m, length, fast)
				}
				if !fast {
					continue
				}
				want, err := c.dialect.GetMessage(f.MessageID).Read(&message.MessageRaw{ID: f.MessageID, Payload: payload}, true)
				if err != nil {
					t.Fatal(err)
				}
				// Printed, because NaN is not equal to itself.
				if g, w := fmt.Sprintf("%T %#v", got, got), fmt.Sprintf("%T %#v", want, want); g != w {
					t.Fatalf("%d bytes:\n got %s\nwant %s", length, g, w)
				}
			}
		}
	}
	if _, fast := decodeFast(Frame{Version: 1, MessageID: idAttitude, Payload: make([]byte, 28)}); fast {
		t.Error("a MAVLink 1 payload is read by hand")
	}
}

// BenchmarkDecode reads frames from the wire, by the time of the processor: other programs on the machine shall not count.
func BenchmarkDecode(b *testing.B) {
	c := codec(b)
	for name, m := range map[string]message.Message{
		"by hand": &common.MessageAttitude{TimeBootMs: 1, Roll: 0.1, Pitch: 0.2, Yaw: 1, Rollspeed: 1, Pitchspeed: 2, Yawspeed: 3},
		"by plan": &common.MessageBatteryStatus{Voltages: [10]uint16{15000, 65535}, BatteryRemaining: 50, CurrentConsumed: 7},
	} {
		b.Run(name, func(b *testing.B) {
			wire := encode(b, c, 0, m)
			s := NewScanner(c)
			b.ReportAllocs()
			began := cpuTime(b)
			for b.Loop() {
				s.Datagram(wire, func(f Frame) {
					if _, err := c.Decode(f); err != nil {
						b.Fatal(err)
					}
				})
			}
			spent := cpuTime(b) - began
			b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(b.N)/spent.Seconds()/1e6, "M/cpu-s")
		})
	}
}

// cpuTime is what the process has used of all cores.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

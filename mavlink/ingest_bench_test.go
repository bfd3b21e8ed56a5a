package mavlink_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink"
	"vedette/mavlink/link"
)

// telemetry is what an ArduPilot sends in a second at about 60 messages, made at a time since boot.
func telemetry(ms uint32) []message.Message {
	all := []message.Message{
		&common.MessageHeartbeat{Type: common.MAV_TYPE_QUADROTOR, Autopilot: common.MAV_AUTOPILOT_ARDUPILOTMEGA, BaseMode: 0x81, CustomMode: 4, SystemStatus: 4, MavlinkVersion: 3},
		&common.MessageSysStatus{VoltageBattery: 15000, CurrentBattery: 1500, BatteryRemaining: 70}, &common.MessageGpsRawInt{FixType: 3, Eph: 80, SatellitesVisible: 14},
		&common.MessageBatteryStatus{Voltages: [10]uint16{15000, 65535}, CurrentBattery: 1500, CurrentConsumed: 900, BatteryRemaining: 70}, &common.MessageSystemTime{TimeBootMs: ms},
		&common.MessageExtendedSysState{LandedState: 2}, &common.MessageMissionCurrent{Seq: 3, Total: 9}, &common.MessageVibration{VibrationX: 1}, &ardupilotmega.MessageEkfStatusReport{Flags: 63},
		&ardupilotmega.MessageWind{Speed: 3}, &common.MessageRcChannels{Chancount: 16}, &common.MessageServoOutputRaw{Servo1Raw: 1500}, &common.MessageScaledImu2{Xacc: 1},
		&common.MessageRawImu{Xacc: 1}, &common.MessageScaledPressure{PressAbs: 1013},
	}
	for i := range uint32(20) {
		at := ms + 50*i
		all = append(all, &common.MessageAttitude{TimeBootMs: at, Yaw: 1, Roll: 0.1, Pitch: 0.1}, &common.MessageGimbalDeviceAttitudeStatus{TimeBootMs: at, Q: [4]float32{1}})
		if i%4 == 0 {
			all = append(all, &common.MessageGlobalPositionInt{TimeBootMs: at, Lat: -353632610, Lon: 1491652299, Alt: 620000, RelativeAlt: 36000, Vx: 500, Hdg: 9000})
		}
	}
	return all
}

// fleetWires are the datagrams of a second, one for each vehicle and turn.
func fleetWires(b *testing.B, codec *link.Codec, vehicles, perDatagram int, second uint32) (wires [][]byte, messages int) {
	b.Helper()
	for id := range vehicles {
		var wire []byte
		n := 0
		for i, m := range telemetry(second * 1000) {
			var err error
			if wire, err = codec.Encode(wire, m, uint8(i), uint8(id+1), 1); err != nil {
				b.Fatal(err)
			}
			messages++
			if n++; n == perDatagram {
				wires, wire, n = append(wires, wire), nil, 0
			}
		}
		if n > 0 {
			wires = append(wires, wire)
		}
	}
	return wires, messages
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // a benchmark's figure
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIngest puts telemetry as fast as it is taken; BenchmarkIngestPaced at its own pace, one second an operation, with
// everything that a station does besides. They put telemetry through a UDP link into the state of vehicles, with the updates taken, turned into JSON five
// times a second for each vehicle, and recorded. The CPU time is that of the whole process, the sender's system calls included.
func BenchmarkIngest(b *testing.B) {
	for _, c := range []struct{ vehicles, hz, perDatagram int }{{50, 60, 1}, {50, 60, 4}, {100, 100, 1}, {100, 100, 4}} {
		b.Run(fmt.Sprintf("%dx%dHz/%dperDatagram", c.vehicles, c.hz, c.perDatagram), func(b *testing.B) {
			ingest(b, c.vehicles, c.hz, c.perDatagram, false)
		})
	}
}

func BenchmarkIngestPaced(b *testing.B) {
	for _, c := range []struct{ vehicles, hz, perDatagram int }{{50, 60, 1}, {100, 100, 4}} {
		b.Run(fmt.Sprintf("%dx%dHz/%dperDatagram", c.vehicles, c.hz, c.perDatagram), func(b *testing.B) {
			ingest(b, c.vehicles, c.hz, c.perDatagram, true)
		})
	}
}

func ingest(b *testing.B, vehicles, hz, perDatagram int, paced bool) {
	codec, err := link.NewCodec()
	if err != nil {
		b.Fatal(err)
	}
	s, err := mavlink.New(mavlink.Config{
		Links: []mavlink.LinkConfig{{Name: "lan", UDPServer: "127.0.0.1:0"}}, Telemetry: mavlink.TelemetryConfig{Folder: b.TempDir()},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = s.Run(ctx) })
	wg.Go(func() { readUpdates(ctx, s) })
	defer wg.Wait()
	defer cancel()
	for s.LinkAddr("lan") == nil {
		time.Sleep(time.Millisecond)
	}
	conn, err := net.Dial("udp", s.LinkAddr("lan").String())
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	sent := uint64(0)
	send := func(second uint32) {
		wires, n := fleetWires(b, codec, vehicles, perDatagram, second)
		pause := time.Millisecond
		batch := 200 // not faster than it is read: a loss would end the benchmark
		if paced {
			const slices = 200
			// As many messages as the rate asks for, which is not how many a second of telemetry holds.
			pause = time.Duration(float64(time.Second) * float64(n) / float64(vehicles*hz) / slices)
			batch = max(1, len(wires)/slices)
		}
		next := time.Now()
		for i, w := range wires {
			if _, err := conn.Write(w); err != nil {
				b.Fatal(err)
			}
			if i%batch == batch-1 {
				next = next.Add(pause)
				time.Sleep(time.Until(next))
			}
		}
		sent += uint64(n)
		for deadline := time.Now().Add(10 * time.Second); s.Stats().Links[0].FramesIn < sent; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				b.Fatalf("%d of %d messages came", s.Stats().Links[0].FramesIn, sent)
			}
		}
	}
	send(100)
	send(101)
	before, began, second := sent, cpuTime(), uint32(102)
	for b.Loop() {
		send(second)
		second++
	}
	used := cpuTime() - began
	each := float64(used.Nanoseconds()) / float64(sent-before)
	b.ReportMetric(each, "cpu-ns/message")
	b.ReportMetric(each*float64(vehicles*hz)/1e7, "%core")
	if st := s.Stats(); st.Vehicles != uint64(vehicles) || st.Lost != 0 {
		b.Errorf("%d vehicles, %d lost", st.Vehicles, st.Lost)
	}
}

// readUpdates turns updates into JSON as a station does.
func readUpdates(ctx context.Context, s *mavlink.Service) {
	shown := map[int]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-s.Updates():
			if now := time.Now(); now.Sub(shown[u.Vehicle.ID]) >= 190*time.Millisecond {
				shown[u.Vehicle.ID] = now
				_, _ = json.Marshal(u.Vehicle) // its cost is what counts
			}
		}
	}
}

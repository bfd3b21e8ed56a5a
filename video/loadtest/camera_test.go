package loadtest

import (
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"vedette/video/ingest/testcam"
)

const (
	fps      = 30
	group    = 60   // pictures: 2 s
	keyShare = 0.15 // of a group's bytes
	packet   = 1188 // bytes of a payload, so that neither relay has to cut
	mark     = 0x5645_4445
)

// clock knows when each picture of a group was sent last, in unix nanoseconds.
type clock [group]atomic.Int64

// camera plays pictures of a bit rate. Each begins like a real slice and ends with its number in the group.
func camera(b *testing.B, kbps int) (*testcam.Camera, *clock) {
	b.Helper()
	clip, err := testcam.Encode(320, 256, fps, group, 1)
	if err != nil {
		b.Fatal(err)
	}
	total := float64(kbps) * 1000 / 8 * group / fps
	for n, nals := range clip.Pictures {
		size := int(total * (1 - keyShare) / (group - 1))
		if n == 0 {
			size = int(total * keyShare)
		}
		last := nals[len(nals)-1]
		for len(last) < size-8 {
			last = append(last, 0xa5)
		}
		last = binary.BigEndian.AppendUint32(last, mark)
		nals[len(nals)-1] = binary.BigEndian.AppendUint32(last, uint32(n))
	}
	var at clock
	cam := &testcam.Camera{Clip: clip, PacketSize: packet, Before: func(n int) { at[n%group].Store(time.Now().UnixNano()) }}
	if err := cam.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(cam.Stop)
	return cam, &at
}

func isLoopback(ip net.IP) bool { return ip.IsLoopback() }

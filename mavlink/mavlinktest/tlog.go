package mavlinktest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialect"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/frame"
)

// Record is one frame of a telemetry log.
type Record struct {
	Time  time.Time
	Frame []byte
}

// ReadTLog finds the MAVLink 2 frames in a telemetry log: microseconds since 1970 in eight bytes, then the frame. Between
// them stand records of what an autopilot prints while it starts, which are no frames; skipped counts their bytes.
func ReadTLog(b []byte) (records []Record, skipped int, err error) {
	d := &dialect.ReadWriter{Dialect: all.Dialect}
	if err := d.Initialize(); err != nil {
		return nil, 0, fmt.Errorf("prepare the dialect: %w", err)
	}
	const stamp = 8
	for len(b) > stamp {
		n, ok := frameLength(d, b[stamp:])
		if !ok {
			b = b[1:]
			skipped++
			continue
		}
		at := time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()
		records = append(records, Record{Time: at, Frame: b[stamp : stamp+n]})
		b = b[stamp+n:]
	}
	return records, skipped + len(b), nil
}

func frameLength(d *dialect.ReadWriter, b []byte) (int, bool) {
	const header, checksum, signature = 10, 2, 13
	if len(b) < header || b[0] != 0xFD {
		return 0, false
	}
	n := header + int(b[1]) + checksum
	if b[2]&1 != 0 {
		n += signature
	}
	if len(b) < n {
		return 0, false
	}
	r := &frame.Reader{BufByteReader: bufio.NewReader(bytes.NewReader(b[:n])), DialectRW: d}
	if err := r.Initialize(); err != nil {
		return 0, false
	}
	_, err := r.Read()
	return n, err == nil
}

package record

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// KLV is one packet of metadata as it came.
type KLV struct {
	// Data is the whole packet.
	Data []byte
	// Time is the time that it belongs to, UTC.
	Time time.Time
}

// ReadKLV returns the KLV packets of a segment of a size, in the order in which they came.
func ReadKLV(r io.ReaderAt, size int64) (all []KLV, err error) {
	c, err := scan(r, size)
	if err != nil {
		return nil, err
	}
	for _, p := range c.pieces {
		for at := p.at; at < p.at+p.size; {
			kind, length, ok, err := boxHead(r, at, c.end)
			if err != nil || !ok {
				return nil, fmt.Errorf("read recording: %w", err)
			}
			if kind != "emsg" {
				break
			}
			body, err := read(r, at, length)
			if err != nil {
				return nil, err
			}
			if data, shown, ok := parseEvent(body); ok {
				all = append(all, KLV{Data: data, Time: c.start().Add(ticks(shown))})
			}
			at += length
		}
	}
	return all, nil
}

// parseEvent reads an event message that holds KLV.
func parseEvent(body []byte) (data []byte, at int64, ok bool) {
	const head = 4 + 4 + 8 + 4 + 4
	if len(body) < head || body[0] != 1 || binary.BigEndian.Uint32(body[4:]) != timescale {
		return nil, 0, false
	}
	at = int64(binary.BigEndian.Uint64(body[8:]))
	rest, ok := bytes.CutPrefix(body[head:], append([]byte(klvScheme), 0, 0))
	// A time of more than a day belongs to no segment.
	return rest, at, ok && at >= 0 && at < 86400*timescale
}

package mavlinktest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// Files is a MAVFTP server that does what ArduPilot's does: one session for everybody, an answer kept for a request that is
// repeated, bursts that end with a NAK at the end of the file, and errno 2 for what is not there. It reads and writes the
// bytes of the protocol by itself.
type Files struct {
	// Content is every file by its whole path; a folder is there when a path leads through it or when it is in Folders.
	Content map[string][]byte
	Folders map[string]bool
	// NoBurst knows no bursts; SilentBurst does not even say so.
	NoBurst, SilentBurst bool
	// BurstPackets is the most packets of a burst; 0 is 50.
	BurstPackets int
	// Announce is the size that is told of every file, 0 the true one.
	Announce uint32
	// NotFound says so with FileNotFound (10) instead of an errno.
	NotFound bool
	// KeepExisting refuses to create what exists, as some servers do.
	KeepExisting bool
	// OneReadSize refuses reads of another size than the first, as param.pck does.
	OneReadSize bool
	// Written is told of every file that was written, when it is closed.
	Written func(path string, content []byte)
	// Resets counts ResetSessions, Bursts the requests for one.
	Resets, Bursts int

	open     bool
	path     string
	writes   bool
	readSize byte
	last     common.MessageFileTransferProtocol
	lastSeq  uint16
	answered bool
}

// LeaveOpen opens a session as a station did that crashed.
func (f *Files) LeaveOpen() { f.open, f.path = true, "/left" }

type request struct {
	seq             uint16
	session, op, sz byte
	offset          uint32
	data            []byte
}

// Answer gives the answers to one request.
func (f *Files) Answer(m *common.MessageFileTransferProtocol, to [2]uint8) []*common.MessageFileTransferProtocol {
	b := m.Payload[:]
	r := request{binary.LittleEndian.Uint16(b), b[2], b[3], b[4], binary.LittleEndian.Uint32(b[8:]), b[12 : 12+min(int(b[4]), 239)]}
	if r.op == 15 {
		f.Bursts++
	}
	if f.answered && r.seq == f.lastSeq && r.op != 15 {
		again := f.last
		return []*common.MessageFileTransferProtocol{&again}
	}
	out := f.carryOut(r)
	for i := range out {
		out[i].TargetSystem, out[i].TargetComponent = to[0], to[1]
	}
	if len(out) > 0 {
		f.last, f.lastSeq, f.answered = *out[len(out)-1], r.seq, true
	}
	return out
}

func answer(r request, seq uint16, op, size byte, offset uint32, complete bool, data []byte) *common.MessageFileTransferProtocol {
	m := &common.MessageFileTransferProtocol{}
	binary.LittleEndian.PutUint16(m.Payload[:], seq)
	m.Payload[3], m.Payload[4], m.Payload[5] = op, size, r.op
	if complete {
		m.Payload[6] = 1
	}
	binary.LittleEndian.PutUint32(m.Payload[8:], offset)
	copy(m.Payload[12:], data)
	return m
}

func ack(r request, data ...byte) []*common.MessageFileTransferProtocol {
	return []*common.MessageFileTransferProtocol{answer(r, r.seq+1, 128, byte(len(data)), r.offset, false, data)}
}

func nak(r request, codes ...byte) []*common.MessageFileTransferProtocol {
	return []*common.MessageFileTransferProtocol{answer(r, r.seq+1, 129, byte(len(codes)), r.offset, false, codes)}
}

func (f *Files) missing(r request) []*common.MessageFileTransferProtocol {
	if f.NotFound {
		return nak(r, 10)
	}
	return nak(r, 2, 2)
}

func (f *Files) carryOut(r request) []*common.MessageFileTransferProtocol {
	path := string(r.data)
	switch r.op {
	case 1:
		if f.open && f.writes && f.Written != nil {
			f.Written(f.path, f.Content[f.path])
		}
		f.open = false
		return ack(r)
	case 2:
		f.open = false
		f.Resets++
		return ack(r)
	case 3:
		return f.list(r, strings.TrimSuffix(path, "/"))
	case 4, 6, 11:
		return f.opens(r, path)
	case 5:
		return f.read(r)
	case 7:
		if !f.open || !f.writes {
			return nak(r, 4)
		}
		content := f.Content[f.path]
		if need := int(r.offset) + len(r.data); need > len(content) {
			content = append(content, make([]byte, need-len(content))...)
		}
		copy(content[r.offset:], r.data)
		f.Content[f.path] = content
		return ack(r)
	case 8:
		if _, ok := f.Content[path]; !ok {
			return f.missing(r)
		}
		delete(f.Content, path)
		return ack(r)
	case 9:
		if f.Folders[path] {
			return nak(r, 2, 17)
		}
		f.Folders[path] = true
		return ack(r)
	case 10:
		if !f.Folders[path] {
			return f.missing(r)
		}
		delete(f.Folders, path)
		return ack(r)
	case 12:
		content, ok := f.Content[path]
		if !ok {
			return f.missing(r)
		}
		f.Content[path] = content[:min(int(r.offset), len(content))]
		return ack(r)
	case 13:
		from, to, _ := strings.Cut(path, "\x00")
		content, ok := f.Content[from]
		if !ok {
			return f.missing(r)
		}
		delete(f.Content, from)
		f.Content[to] = content
		return ack(r)
	case 14:
		content, ok := f.Content[path]
		if !ok {
			return f.missing(r)
		}
		return ack(r, binary.LittleEndian.AppendUint32(nil, plainCRC32(content))...)
	case 15:
		return f.burst(r)
	default:
		return nak(r, 7)
	}
}

// plainCRC32 is the CRC 32 of ArduPilot and PX4: polynomial 0xEDB88320, first value 0, no inversion.
func plainCRC32(content []byte) uint32 {
	sum := uint32(0)
	for _, b := range content {
		sum ^= uint32(b)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ 0xEDB88320
			} else {
				sum >>= 1
			}
		}
	}
	return sum
}

func (f *Files) opens(r request, path string) []*common.MessageFileTransferProtocol {
	if f.open {
		return nak(r, 5)
	}
	content, exists := f.Content[path]
	switch {
	case r.op == 4 && !exists:
		return f.missing(r)
	case r.op == 6 && exists && f.KeepExisting:
		return nak(r, 8)
	case r.op == 6:
		content = nil
		f.Content[path] = nil
	}
	f.open, f.path, f.writes, f.readSize = true, path, r.op != 4, 0
	size := uint32(len(content))
	if f.Announce != 0 {
		size = f.Announce
	}
	return ack(r, binary.LittleEndian.AppendUint32(nil, size)...)
}

func (f *Files) read(r request) []*common.MessageFileTransferProtocol {
	content := f.Content[f.path]
	switch {
	case !f.open || f.writes:
		return nak(r, 10)
	case f.OneReadSize && f.readSize != 0 && f.readSize != r.sz:
		return nak(r, 2, 22)
	case int(r.offset) >= len(content):
		return nak(r, 6)
	}
	f.readSize = r.sz
	return ack(r, content[r.offset:min(int(r.offset)+int(r.sz), len(content))]...)
}

func (f *Files) burst(r request) []*common.MessageFileTransferProtocol {
	switch {
	case f.SilentBurst:
		return nil
	case f.NoBurst:
		return nak(r, 7)
	case !f.open || f.writes:
		return nak(r, 10)
	case f.OneReadSize && f.readSize != 0 && f.readSize != r.sz:
		return nak(r, 2, 22)
	}
	f.readSize = r.sz
	packets := f.BurstPackets
	if packets == 0 {
		packets = 50
	}
	content := f.Content[f.path]
	var out []*common.MessageFileTransferProtocol
	seq, at := r.seq+1, int(r.offset)
	for n := range packets {
		if at >= len(content) {
			return append(out, answer(r, seq, 129, 1, uint32(at), false, []byte{6}))
		}
		piece := content[at:min(at+int(r.sz), len(content))]
		out = append(out, answer(r, seq, 128, byte(len(piece)), uint32(at), n == packets-1, piece))
		seq++
		at += len(piece)
	}
	return out
}

func (f *Files) list(r request, folder string) []*common.MessageFileTransferProtocol {
	entries := map[string]string{}
	for path, content := range f.Content {
		rest, ok := strings.CutPrefix(path, folder+"/")
		if !ok {
			continue
		}
		if name, _, deeper := strings.Cut(rest, "/"); deeper {
			entries[name] = "D" + name
		} else {
			entries[name] = fmt.Sprintf("F%s\t%d", name, len(content))
		}
	}
	for path := range f.Folders {
		if rest, ok := strings.CutPrefix(path, folder+"/"); ok && !strings.Contains(rest, "/") {
			entries[rest] = "D" + rest
		}
	}
	if len(entries) == 0 && !f.Folders[folder] {
		return f.missing(r)
	}
	names := make([]string, 0, len(entries))
	for name := range entries {
		names = append(names, name)
	}
	slices.Sort(names)
	all := []string{"D.", "S"} // itself, and one that the server leaves out
	for _, name := range names {
		all = append(all, entries[name])
	}
	var data []byte
	for _, one := range all[min(int(r.offset), len(all)):] {
		if len(data)+len(one)+1 > 239 {
			break
		}
		data = append(append(data, one...), 0)
	}
	if len(data) == 0 {
		return nak(r, 6)
	}
	return ack(r, data...)
}

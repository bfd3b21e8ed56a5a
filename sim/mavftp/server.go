package mavftp

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

const (
	mostSessions = 5
	// idleSession is how long an open file may rest, in seconds, before another may take its place.
	idleSession = 30.0
	// burstPackets is how many packets a burst sends at most before it must be asked for again, as in ArduPilot.
	burstPackets = 500
	errnoBusy    = 39 // ENOTEMPTY
)

// Client is who asks: a station on a link.
type Client struct {
	Link      any // comparable
	System    uint8
	Component uint8
}

type key struct {
	client  Client
	session uint8
}

// session is one open file.
type session struct {
	path    string
	data    []byte
	write   bool
	usedAt  float64
	burst   *burst
	written bool
}

// burst is a file that is being sent by itself.
type burst struct {
	seq    uint16
	offset int
	size   int // of each packet
	left   int // packets
}

// Server answers the stations of one vehicle.
type Server struct {
	files    *Files
	sessions map[key]*session
	last     map[Client]Packet // the latest answer, for a request that comes again
	order    []key             // of the bursts, so that all advance
}

// NewServer serves a file system.
func NewServer(files *Files) *Server {
	return &Server{files: files, sessions: map[key]*session{}, last: map[Client]Packet{}}
}

// Forget ends what a link's stations have open.
func (s *Server) Forget(link any) {
	for k := range s.sessions {
		if k.client.Link == link {
			s.end(k)
		}
	}
	for c := range s.last {
		if c.Link == link {
			delete(s.last, c)
		}
	}
}

// Handle answers a request; now is the vehicle's clock in seconds. ok is false where there is nothing to answer at once.
func (s *Server) Handle(now float64, from Client, raw [PayloadSize]uint8) (answer [PayloadSize]uint8, ok bool) {
	req := Parse(raw)
	if req.Opcode >= Ack {
		return answer, false // an answer to somebody else
	}
	if last, known := s.last[from]; known && last.Session == req.Session && last.Seq == req.Seq+1 && last.Requested == req.Opcode {
		return last.Payload(), true // ours was lost
	}
	reply := Packet{Seq: req.Seq + 1, Session: req.Session, Requested: req.Opcode, Offset: req.Offset, Opcode: Ack}
	if int(req.Size) > DataSize {
		reply.nak(InvalidDataSize)
	} else if !s.do(now, key{from, req.Session}, req, &reply) {
		delete(s.last, from)
		return answer, false
	}
	s.last[from] = reply
	return reply.Payload(), true
}

func (p *Packet) nak(c Code) {
	p.Opcode, p.Data = Nak, []byte{byte(c)}
	if c == FailErrno {
		p.Data = append(p.Data, errnoBusy)
	}
}

// do executes a request and fills in the reply; false: a burst began, which Next sends.
func (s *Server) do(now float64, k key, req Packet, reply *Packet) bool {
	code := Code(0)
	switch req.Opcode {
	case None:
	case TerminateSession:
		s.end(k)
	case ResetSessions:
		for other := range s.sessions {
			if other.client == k.client {
				s.end(other)
			}
		}
	case ListDirectory:
		reply.Data, code = s.list(req)
	case OpenFileRO, OpenFileWO, CreateFile:
		reply.Data, code = s.open(now, k, req)
	case ReadFile:
		reply.Data, code = s.read(now, k, req)
	case BurstReadFile:
		if code = s.beginBurst(now, k, req); code == 0 {
			return false
		}
	case WriteFile:
		code = s.write(now, k, req)
	case TruncateFile, RemoveFile, CreateDirectory, RemoveDirectory, Rename, CalcFileCRC32:
		reply.Data, code = s.change(req)
	default:
		code = UnknownCommand
	}
	if code != 0 {
		reply.nak(code)
	}
	return true
}

// text is a path in a request; a zero byte inside makes it one that cannot be.
func text(b []byte) (string, bool) {
	b = bytes.TrimRight(b, "\x00")
	return clean(string(b)), len(b) > 0 && !bytes.Contains(b, []byte{0})
}

// list gives as many entries as fit, from the one that the offset numbers.
func (s *Server) list(req Packet) ([]byte, Code) {
	dir, ok := text(req.Data)
	if !ok {
		return nil, InvalidDataSize
	}
	entries, ok := s.files.list(dir)
	if !ok {
		return nil, FileNotFound
	}
	if int64(req.Offset) >= int64(len(entries)) {
		return nil, EndOfFile
	}
	var out []byte
	for _, e := range entries[req.Offset:] {
		line := "D" + e.Name + "\x00"
		if !e.Dir {
			line = fmt.Sprintf("F%s\t%d\x00", e.Name, e.Size)
		}
		if len(out)+len(line) > DataSize {
			break
		}
		out = append(out, line...)
	}
	return out, 0
}

func (s *Server) open(now float64, k key, req Packet) ([]byte, Code) {
	name, ok := text(req.Data)
	if !ok {
		return nil, InvalidDataSize
	}
	s.end(k)
	if !s.room(now) {
		return nil, NoSessionsAvailable
	}
	open := &session{path: name, usedAt: now}
	var size [4]byte
	switch file, exists := s.files.read(name); {
	case req.Opcode == OpenFileRO && !exists:
		return nil, FileNotFound
	case req.Opcode == OpenFileRO:
		open.data = file.Data
		binary.LittleEndian.PutUint32(size[:], file.Size)
	default:
		open.write = true
		if req.Opcode == OpenFileWO && exists && name[0] != '@' {
			open.data = slices.Clone(file.Data)
		} else if code := s.files.create(name); code != 0 {
			return nil, code
		}
		binary.LittleEndian.PutUint32(size[:], uint32(len(open.data)))
	}
	s.sessions[k] = open
	return size[:], 0
}

// room makes sure that one more session fits: one that has rested for long gives way.
func (s *Server) room(now float64) bool {
	if len(s.sessions) < mostSessions {
		return true
	}
	for k, x := range s.sessions {
		if now-x.usedAt > idleSession {
			s.end(k)
			return true
		}
	}
	return false
}

// end closes a session, and keeps what was written.
func (s *Server) end(k key) {
	x := s.sessions[k]
	if x == nil {
		return
	}
	delete(s.sessions, k)
	if x.write && x.written {
		s.files.store(x.path, x.data)
	}
}

func (s *Server) read(now float64, k key, req Packet) ([]byte, Code) {
	x := s.sessions[k]
	switch {
	case x == nil:
		return nil, InvalidSession
	case x.write:
		return nil, Fail
	case int64(req.Offset) >= int64(len(x.data)):
		return nil, EndOfFile
	}
	x.usedAt, x.burst = now, nil
	size := int(req.Size)
	if size == 0 {
		size = DataSize
	}
	b := x.data[req.Offset:]
	return b[:min(len(b), size, DataSize)], 0
}

func (s *Server) write(now float64, k key, req Packet) Code {
	x := s.sessions[k]
	end := int64(req.Offset) + int64(len(req.Data))
	switch {
	case x == nil:
		return InvalidSession
	case !x.write, end > largestFile:
		return Fail
	}
	x.usedAt, x.written = now, true
	if grow := int(end) - len(x.data); grow > 0 {
		x.data = append(x.data, make([]byte, grow)...)
	}
	copy(x.data[req.Offset:], req.Data)
	return 0
}

// change does what needs no session.
func (s *Server) change(req Packet) ([]byte, Code) {
	if req.Opcode == Rename {
		from, to, _ := bytes.Cut(req.Data, []byte{0})
		a, okA := text(from)
		b, okB := text(to)
		if !okA || !okB {
			return nil, InvalidDataSize
		}
		return nil, s.files.rename(a, b)
	}
	name, ok := text(req.Data)
	if !ok {
		return nil, InvalidDataSize
	}
	switch req.Opcode {
	case RemoveFile:
		return nil, s.files.remove(name)
	case CreateDirectory:
		return nil, s.files.mkdir(name)
	case RemoveDirectory:
		return nil, s.files.rmdir(name)
	case TruncateFile:
		return nil, s.truncate(name, req.Offset)
	}
	file, exists := s.files.read(name)
	if !exists {
		return nil, FileNotFound
	}
	// The sum starts at 0 and is not inverted at the end, as in the other implementations.
	sum := ^crc32.Update(0xFFFFFFFF, crc32.IEEETable, file.Data)
	return binary.LittleEndian.AppendUint32(nil, sum), 0
}

func (s *Server) truncate(name string, size uint32) Code {
	b, known := s.files.stored[name]
	switch {
	case !known:
		return FileNotFound
	case size > largestFile:
		return Fail
	case int(size) <= len(b):
		b = b[:size]
	default:
		b = append(b, make([]byte, int(size)-len(b))...)
	}
	s.files.stored[name] = b
	return 0
}

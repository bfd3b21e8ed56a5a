package mavftp

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
)

// client asks one server as a station would.
type client struct {
	t   *testing.T
	s   *Server
	who Client
	seq uint16
	now float64
}

func anybody(Client) bool { return true }

func newClient(t *testing.T, f *Files) *client {
	return &client{t: t, s: NewServer(f), who: Client{Link: "a", System: 255, Component: 190}}
}

func (c *client) ask(op Opcode, session uint8, offset uint32, size uint8, data string) Packet {
	c.t.Helper()
	c.seq++
	req := Packet{Seq: c.seq, Session: session, Opcode: op, Size: size, Offset: offset, Data: []byte(data)}
	raw, ok := c.s.Handle(c.now, c.who, req.Payload())
	if !ok {
		c.t.Fatalf("no answer to opcode %d", op)
	}
	p := Parse(raw)
	if p.Seq != c.seq+1 || p.Requested != op || p.Session != session {
		c.t.Fatalf("opcode %d: answered %+v", op, p)
	}
	c.seq++
	return p
}

func (c *client) refused(what string, p Packet, want Code) {
	c.t.Helper()
	if p.Opcode != Nak || len(p.Data) == 0 || Code(p.Data[0]) != want {
		c.t.Errorf("%s: %+v instead of Nak %d", what, p, want)
	}
}

func TestFilesAreWrittenReadRenamedAndRemoved(t *testing.T) {
	t.Parallel()
	c := newClient(t, NewFiles("APM/LOGS"))
	want := strings.Repeat("vedette ", 100)
	if p := c.ask(CreateFile, 3, 0, 0, "/APM/a.txt"); p.Opcode != Ack {
		t.Fatalf("create: %+v", p)
	}
	for i := 0; i < len(want); i += 200 {
		if p := c.ask(WriteFile, 3, uint32(i), 0, want[i:min(len(want), i+200)]); p.Opcode != Ack {
			t.Fatalf("write: %+v", p)
		}
	}
	c.ask(TerminateSession, 3, 0, 0, "")
	if p := c.ask(Rename, 0, 0, 0, "/APM/a.txt\x00/APM/b.txt"); p.Opcode != Ack {
		t.Fatalf("rename: %+v", p)
	}
	c.refused("the old name", c.ask(OpenFileRO, 1, 0, 0, "/APM/a.txt"), FileNotFound)
	p := c.ask(OpenFileRO, 1, 0, 0, "APM/b.txt")
	if p.Opcode != Ack || binary.LittleEndian.Uint32(p.Data) != uint32(len(want)) {
		t.Fatalf("open: %+v", p)
	}
	var got []byte
	for {
		p := c.ask(ReadFile, 1, uint32(len(got)), 100, "")
		if p.Opcode == Nak {
			c.refused("the end", p, EndOfFile)
			break
		}
		got = append(got, p.Data...)
	}
	if string(got) != want {
		t.Errorf("read %d bytes of %d", len(got), len(want))
	}
	sum := c.ask(CalcFileCRC32, 0, 0, 0, "/APM/b.txt")
	plain := crc32.Update(0xFFFFFFFF, crc32.IEEETable, []byte(want)) ^ 0xFFFFFFFF
	if binary.LittleEndian.Uint32(sum.Data) != plain {
		t.Errorf("sum %x instead of %x", sum.Data, plain)
	}
	c.refused("reading what is closed", c.ask(ReadFile, 9, 0, 10, ""), InvalidSession)
	c.refused("an unknown opcode", c.ask(40, 0, 0, 0, ""), UnknownCommand)
	c.refused("a folder in no folder", c.ask(CreateDirectory, 0, 0, 0, "/X/Y"), FileNotFound)
	c.refused("a folder twice", c.ask(CreateDirectory, 0, 0, 0, "/APM"), FileExists)
	c.refused("a full folder", c.ask(RemoveDirectory, 0, 0, 0, "/APM"), FailErrno)
	if p := c.ask(TruncateFile, 0, 10, 0, "/APM/b.txt"); p.Opcode != Ack {
		t.Errorf("truncate: %+v", p)
	}
	if p := c.ask(ListDirectory, 0, 0, 0, "/APM"); string(p.Data) != "DLOGS\x00Fb.txt\t10\x00" {
		t.Errorf("list %q", p.Data)
	}
	c.refused("behind the list", c.ask(ListDirectory, 0, 2, 0, "/APM"), EndOfFile)
	if p := c.ask(RemoveFile, 0, 0, 0, "/APM/b.txt"); p.Opcode != Ack {
		t.Errorf("remove: %+v", p)
	}
	c.refused("removed", c.ask(RemoveFile, 0, 0, 0, "/APM/b.txt"), FileNotFound)
}

func TestARepeatedRequestGetsTheSameAnswerAndDoesNothingTwice(t *testing.T) {
	t.Parallel()
	c := newClient(t, NewFiles("d"))
	req := Packet{Seq: 7, Opcode: CreateDirectory, Data: []byte("/d/e")}
	first, _ := c.s.Handle(0, c.who, req.Payload())
	again, _ := c.s.Handle(0, c.who, req.Payload())
	if first != again || Parse(first).Opcode != Ack {
		t.Errorf("%+v, then %+v", Parse(first), Parse(again))
	}
}

func TestSessionsEndAndAreLimited(t *testing.T) {
	t.Parallel()
	f := NewFiles("d")
	f.stored["d/x"] = []byte("12345")
	c := newClient(t, f)
	for i := range uint8(mostSessions) {
		if p := c.ask(OpenFileRO, i, 0, 0, "d/x"); p.Opcode != Ack {
			t.Fatalf("session %d: %+v", i, p)
		}
	}
	c.refused("one more", c.ask(OpenFileRO, 99, 0, 0, "d/x"), NoSessionsAvailable)
	c.ask(ResetSessions, 0, 0, 0, "")
	c.refused("after the reset", c.ask(ReadFile, 1, 0, 5, ""), InvalidSession)
	if p := c.ask(OpenFileRO, 99, 0, 0, "d/x"); p.Opcode != Ack {
		t.Errorf("after the reset: %+v", p)
	}
	// Another station's sessions are its own, even with the same number.
	other := *c
	other.who.Link = "b"
	c.refused("another's session", other.ask(ReadFile, 99, 0, 5, ""), InvalidSession)
}

// TestABurstThroughLoss reads a file by bursts of which every tenth packet is lost, filling the gaps by single reads.
func TestABurstThroughLoss(t *testing.T) {
	t.Parallel()
	f := NewFiles("d")
	want := make([]byte, 200_001)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range want {
		want[i] = byte(rng.Uint32())
	}
	f.stored["d/x"] = want
	c := newClient(t, f)
	c.ask(OpenFileRO, 5, 0, 0, "d/x")
	got := make([]byte, len(want))
	have := make([]bool, len(want))
	for offset, ended := 0, false; !ended; {
		c.seq++
		if _, answered := c.s.Handle(0, c.who, Packet{Seq: c.seq, Session: 5, Opcode: BurstReadFile, Size: DataSize, Offset: uint32(offset)}.Payload()); answered {
			t.Fatal("the burst was answered at once")
		}
		for done := false; !done; {
			for _, out := range c.s.Next(0, 7, anybody) {
				p := Parse(out.Payload)
				if p.Requested != BurstReadFile || p.Session != 5 {
					t.Fatalf("%+v", p)
				}
				done = done || p.BurstComplete
				c.seq = p.Seq
				if p.Opcode == Nak {
					c.refused("the end", p, EndOfFile)
					ended = true
					continue
				}
				offset = int(p.Offset) + len(p.Data)
				if rng.IntN(10) == 0 {
					continue
				}
				copy(got[p.Offset:], p.Data)
				for i := range p.Data {
					have[int(p.Offset)+i] = true
				}
			}
		}
	}
	filled := 0
	for i := range have {
		if !have[i] {
			p := c.ask(ReadFile, 5, uint32(i), 200, "")
			copy(got[i:], p.Data)
			for k := range p.Data {
				have[i+k] = true
			}
			filled++
		}
	}
	if !bytes.Equal(got, want) || filled < 20 {
		t.Errorf("equal %v, %d gaps filled", bytes.Equal(got, want), filled)
	}
}

func FuzzHandle(f *testing.F) {
	f.Add([]byte{1, 0, 0, byte(OpenFileRO), 3, 0, 0, 0, 0, 0, 0, 0, 'd', '/', 'x', 2, 0, 0, byte(BurstReadFile), 239, 0, 0, 0, 255, 255, 255, 255})
	f.Add([]byte{1, 0, 0, byte(WriteFile), 255, 0, 0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, raw []byte) {
		files := NewFiles("d")
		files.stored["d/x"] = []byte("0123456789")
		s := NewServer(files)
		for len(raw) > 0 {
			var b [PayloadSize]uint8
			n := copy(b[:], raw[:min(len(raw), 15)])
			raw = raw[n:]
			s.Handle(0, Client{}, b)
			for _, out := range s.Next(0, 4, anybody) {
				if p := Parse(out.Payload); p.Opcode != Ack && p.Opcode != Nak {
					t.Fatalf("%+v", p)
				}
			}
		}
	})
}

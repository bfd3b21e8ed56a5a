package link

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/all"
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// TestPlansReadWhatGomavlibReads compares the two for every message of the dialect: random payloads that are cut off, whole, and longer
// than we know, and MAVLink 1 ones with and without their one length.
func TestPlansReadWhatGomavlibReads(t *testing.T) {
	t.Parallel()
	c := codec(t)
	for _, m := range all.Dialect.Messages {
		t.Run(fmt.Sprintf("%T", m), func(t *testing.T) {
			t.Parallel()
			known, ok := c.look(m.GetID())
			if !ok {
				t.Fatal("no plan")
			}
			rnd := rand.New(rand.NewPCG(uint64(m.GetID()), 5))
			v1, v2 := known.plan.sizeV1, known.plan.sizeV2
			cut := func() int { return rnd.IntN(v2 + 1) }
			for _, length := range []int{
				0, 1, cut(), cut(), cut(), v1 - 1, v1, v1, min(v1+1, maxPayload), v2 - 1, v2, v2, v2, min(v2+3, maxPayload),
			} {
				for _, version := range []uint8{1, 2} {
					payload := make([]byte, length)
					for i := range payload {
						// Zeros end texts.
						if payload[i] = byte(rnd.Uint32()); rnd.IntN(8) == 0 {
							payload[i] = 0
						}
					}
					compareWithGomavlib(t, c, known.plan, m, version, payload)
				}
			}
		})
	}
}

func compareWithGomavlib(t *testing.T, c *Codec, p *plan, m message.Message, version uint8, payload []byte) {
	t.Helper()
	want, wantErr := c.dialect.GetMessage(m.GetID()).Read(&message.MessageRaw{ID: m.GetID(), Payload: payload}, version == 2)
	got, err := p.read(payload, version)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("version %d, %d bytes: %v, gomavlib says %v", version, len(payload), err, wantErr)
	}
	if err != nil {
		return
	}
	// Printed, because NaN is not equal to itself.
	if g, w := fmt.Sprintf("%T %#v", got, got), fmt.Sprintf("%T %#v", want, want); g != w {
		t.Fatalf("version %d, %d bytes:\n got %s\nwant %s", version, len(payload), g, w)
	}
}

// TestAPlanIsOnlyMadeOfWhatMAVLinkHas shows that a field which a plan could not fill rightly is refused.
func TestAPlanIsOnlyMadeOfWhatMAVLinkHas(t *testing.T) {
	t.Parallel()
	for name, field := range map[string]reflect.StructField{
		"a number of the machine's size": {Type: reflect.TypeFor[int]()},
		"a pointer":                      {Type: reflect.TypeFor[*uint8]()},
		"texts":                          {Type: reflect.TypeFor[[2]string](), Tag: `mavlen:"3"`},
		"a length that is none":          {Type: reflect.TypeFor[string](), Tag: `mavlen:"many"`},
		"a narrow enumeration":           {Type: reflect.TypeFor[uint8](), Tag: `mavenum:"uint8"`},
		"an enumeration of floats":       {Type: reflect.TypeFor[common.MAV_TYPE](), Tag: `mavenum:"float32"`},
	} {
		if s, err := newStep(field); err == nil {
			t.Errorf("%s becomes %+v", name, s)
		}
	}
	if _, err := newPlan(&tooLong{}); err == nil {
		t.Error("a message longer than any payload has a plan")
	}
	if _, err := newPlan(&pointing{}); !errors.Is(err, errFieldType) {
		t.Errorf("a message with a pointer: %v", err)
	}
}

type tooLong struct{ A, B [32]uint32 }

func (*tooLong) GetID() uint32 { return 1 }

type pointing struct{ A *uint8 }

func (*pointing) GetID() uint32 { return 1 }

// TestChecksumsByEightAreThoseByOne compares with the definition for every length around the eight bytes of a step.
func TestChecksumsByEightAreThoseByOne(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 7))
	b := make([]byte, maxFrame)
	for length := range b {
		for i := range b[:length] {
			b[i] = byte(rnd.Uint32())
		}
		want := uint16(0xFFFF)
		for _, v := range b[:length] {
			want = accumulate(want, v)
		}
		if got := checksum(b[:length], 42); got != accumulate(want, 42) {
			t.Fatalf("%d bytes: %04x", length, got)
		}
	}
	if got := checksum([]byte("123456789")[:8], '9'); got != 0x6F91 {
		t.Errorf("the check value of CRC-16/MCRF4XX: %04x", got)
	}
}

package rbsp

import (
	"errors"
	"testing"
)

func TestNumbersOfTheStandard(t *testing.T) {
	t.Parallel()
	// 1 010 011 00100 00101 | se: 1 010 011 00100 | u(3) 101, u(9) 0x0ff
	r := New([]byte{0b1010_0110, 0b0100_0010, 0b1101_0011, 0b0010_0101, 0b0111_1111, 0b1000_0000})
	for i, want := range []uint32{0, 1, 2, 3, 4} {
		if got := r.UE(); got != want {
			t.Errorf("ue %d: %d", i, got)
		}
	}
	for i, want := range []int32{0, 1, -1, 2} {
		if got := r.SE(); got != want {
			t.Errorf("se %d: %d, want %d", i, got, want)
		}
	}
	if got := r.Bits(3); got != 0b101 {
		t.Errorf("u(3): %b", got)
	}
	if got := r.Bits(9); got != 0x0ff {
		t.Errorf("u(9): %x", got)
	}
	if r.Err() != nil {
		t.Error(r.Err())
	}
}

func TestEmulationPreventionIsSkipped(t *testing.T) {
	t.Parallel()
	r := New([]byte{0, 0, 3, 1, 0, 0, 3, 0, 0, 3, 3})
	want := []uint32{0, 0, 1, 0, 0, 0, 0, 3}
	for i, w := range want {
		if got := r.Bits(8); got != w {
			t.Errorf("byte %d: %d, want %d", i, got, w)
		}
	}
	if r.Bits(1); !errors.Is(r.Err(), ErrShort) {
		t.Errorf("at the end: %v", r.Err())
	}
	if r.Bits(8) != 0 || r.UE() != 0 || r.SE() != 0 {
		t.Error("something is read after a failure")
	}
}

func TestBadNumbersFail(t *testing.T) {
	t.Parallel()
	r := New([]byte{0, 1, 0, 1, 0, 0, 0, 1, 0})
	r.Skip(16 + 16)
	if r.UE(); !errors.Is(r.Err(), ErrShort) {
		t.Errorf("short: %v", r.Err())
	}
	r = New([]byte{0, 0, 3, 0, 0, 3, 0, 0xff})
	if r.UE(); !errors.Is(r.Err(), ErrRange) {
		t.Errorf("40 zeros: %v", r.Err())
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{0, 0, 3, 1}, []byte{0, 1, 2, 40})
	f.Fuzz(func(t *testing.T, data, program []byte) {
		r := New(data)
		for _, p := range program {
			switch p % 4 {
			case 0:
				r.UE()
			case 1:
				r.SE()
			case 2:
				r.Bits(int(p/4) % 33)
			case 3:
				r.Skip(int(p))
			}
			if r.at > len(data) {
				t.Fatal("read past the end")
			}
		}
	})
}

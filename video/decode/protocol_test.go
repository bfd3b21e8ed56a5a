package decode

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"vedette/video/decode/luma"
)

// fakeDecoder answers as its fields say.
type fakeDecoder struct {
	pic luma.Picture
	ok  bool
	err error
}

func (f fakeDecoder) Decode(_ []byte, id uint64) (luma.Picture, bool, error) {
	p := f.pic
	p.ID = id
	return p, f.ok, f.err
}

func TestChildAnswersEachRequestOnce(t *testing.T) {
	t.Parallel()
	pic := luma.Picture{Luma: []byte{1, 2, 0, 3, 4, 0}, Stride: 3, Width: 2, Height: 2}
	tests := []struct {
		name    string
		dec     fakeDecoder
		picture bool
		want    reply
	}{
		{"picture", fakeDecoder{pic: pic, ok: true}, true, reply{id: 7, width: 2, height: 2, pix: []byte{1, 2, 3, 4}}},
		{"not asked for", fakeDecoder{pic: pic, ok: true}, false, reply{id: 7}},
		{"delayed", fakeDecoder{}, true, reply{id: 7}},
		{"refused", fakeDecoder{err: errors.New("x")}, true, reply{id: 7, refused: true}},
		{"lying size", fakeDecoder{pic: luma.Picture{Luma: []byte{1}, Stride: 9, Width: 9, Height: 9}, ok: true}, true, reply{id: 7}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var in, out bytes.Buffer
			req := request{id: 7, picture: tc.picture, data: []byte{1}}
			if _, err := writeMessage(&in, nil, kindRequest, req.head(), req.data); err != nil {
				t.Fatal(err)
			}
			if err := serve(tc.dec, &in, bufio.NewWriter(&out)); err != nil {
				t.Fatal(err)
			}
			r := messageReader{r: &out}
			m, err := r.next(maxMessage)
			if err != nil {
				t.Fatal(err)
			}
			got, err := parseReply(m)
			if err != nil {
				t.Fatal(err)
			}
			if got.id != tc.want.id || got.refused != tc.want.refused || !bytes.Equal(got.pix, tc.want.pix) ||
				got.width != tc.want.width || got.height != tc.want.height {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if _, err := r.next(maxMessage); !errors.Is(err, io.EOF) {
				t.Errorf("more than one answer: %v", err)
			}
		})
	}
}

// FuzzChildOutput is what a broken child may say to its parent.
func FuzzChildOutput(f *testing.F) {
	f.Add([]byte{0, 0, 0, 3, 'H', 1, 'x', 0, 0, 0, 10, 'N', 0, 0, 0, 0, 0, 0, 0, 1, 1})
	f.Add(append(binary.BigEndian.AppendUint32(nil, 14), 'P', 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 9))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 'P'})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := messageReader{r: bytes.NewReader(b)}
		if m, err := r.next(maxText + 2); err == nil {
			_, _ = parseHello(m)
		}
		for {
			m, err := r.next(maxMessage)
			if err != nil {
				break
			}
			got, err := parseReply(m)
			if err == nil && got.pix != nil && len(got.pix) != got.width*got.height {
				t.Fatalf("picture of %d x %d in %d bytes", got.width, got.height, len(got.pix))
			}
		}
		if cap(r.buf) > 4*len(b)+(128<<10) {
			t.Fatalf("%d bytes made the reader take %d", len(b), cap(r.buf))
		}
	})
}

// FuzzChildInput is what a parent may send to the child.
func FuzzChildInput(f *testing.F) {
	f.Add([]byte{0, 0, 0, 11, 'R', 0, 0, 0, 0, 0, 0, 0, 1, 1, 0x65})
	f.Add([]byte{0, 0, 0, 1, 'R'})
	f.Fuzz(func(t *testing.T, b []byte) {
		pic := luma.Picture{Luma: []byte{1}, Stride: 1, Width: 1, Height: 1}
		_ = serve(fakeDecoder{pic: pic, ok: true}, bytes.NewReader(b), bufio.NewWriter(io.Discard))
	})
}

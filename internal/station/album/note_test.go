package album_test

import (
	"bytes"
	"errors"
	"image/jpeg"
	"testing"

	"vedette/internal/station/album"
)

func TestANoteGoesWithThePictureAndIsNotGivenAway(t *testing.T) {
	t.Parallel()
	file, _, err := album.Encode(noise(64, 48))
	if err != nil {
		t.Fatal(err)
	}
	for _, note := range []string{"", "the first", "the second, which is longer"} {
		noted, err := album.WithNote(file, []byte(note))
		if err != nil {
			t.Fatal(err)
		}
		again, err := album.WithNote(noted, []byte("another"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(noted))
		if err != nil || m.Bounds().Dx() != 64 {
			t.Errorf("nobody else can read it: %v", err)
		}
		if got := album.Note(noted); string(got) != note || got == nil || !bytes.Equal(album.WithoutNote(noted), file) {
			t.Errorf("%q, not %q", got, note)
		}
		if string(album.Note(again)) != "another" || !bytes.Equal(album.WithoutNote(again), file) {
			t.Error("the new note is not in the place of the old")
		}
	}
	if album.Note(file) != nil || !bytes.Equal(album.WithoutNote(file), file) {
		t.Error("a note that nobody made")
	}
	if _, err := album.WithNote(file, make([]byte, album.MostNote+1)); !errors.Is(err, album.ErrNote) {
		t.Errorf("too large: %v", err)
	}
	if _, err := album.WithNote([]byte("GIF89a"), nil); !errors.Is(err, album.ErrNote) {
		t.Errorf("no JPEG: %v", err)
	}
}

func FuzzNote(f *testing.F) {
	f.Add([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 2}, []byte("n"))
	f.Add([]byte("\xff\xd8\xff\xfe\x00\x14vedette note: abcd\xff\xd9"), []byte{})
	f.Add([]byte("\xff\xd8\xff\xfe\xff\xffvedette note: "), []byte("more"))
	f.Fuzz(func(t *testing.T, file, note []byte) {
		bare := album.WithoutNote(file)
		if had := album.Note(file); len(had) > len(file) || had == nil && !bytes.Equal(bare, file) {
			t.Fatalf("%q of %q, bare %q", had, file, bare)
		}
		noted, err := album.WithNote(file, note)
		if err != nil {
			return
		}
		if got := album.Note(noted); !bytes.Equal(got, note) {
			t.Fatalf("%q, not %q", got, note)
		}
		// What stood behind the note may look like another one.
		if !bytes.Equal(album.WithoutNote(noted), bare) {
			t.Fatalf("%q, not %q", album.WithoutNote(noted), bare)
		}
	})
}

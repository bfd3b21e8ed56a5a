package album_test

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"vedette/internal/station/album"
	"vedette/video/record/smalldisk"
)

func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	folder := smalldisk.Mount(t)
	f := &album.Folder{Path: folder}
	large := bytes.Repeat([]byte{7}, album.MostBytes)
	var err error
	n := 0
	for err == nil && n < 10 {
		n++
		err = f.Write("a-1", n, "1-thermal", large)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk took %d pictures: %v", n, err)
	}
	for i := 1; i < n; i++ {
		if b, _, err := f.Read("a-1", i); err != nil || !bytes.Equal(b, large) {
			t.Errorf("picture %d is lost: %v", i, err)
		}
	}
	if _, _, err := f.Read("a-1", n); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the last: %v", err)
	}
	if files, err := filepath.Glob(filepath.Join(folder, "a-1", "new-*")); err != nil || len(files) > 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

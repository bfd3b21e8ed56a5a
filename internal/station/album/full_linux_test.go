package album_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"vedette/internal/station/album"
)

func TestAFullDiskLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
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

// Package smalldisk gives tests a disk that is soon full.
package smalldisk

import (
	"os"
	"syscall"
	"testing"
)

// Mount is a folder on a disk of 400 kB, which is gone when the test ends. It needs the rights of root, as tests have in CI; a test
// without them is skipped.
func Mount(t testing.TB) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("mounting a small disk needs root")
	}
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=400k"); err != nil {
		t.Skipf("no small disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

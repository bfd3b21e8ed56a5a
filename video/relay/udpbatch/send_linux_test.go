//go:build linux && (amd64 || arm64)

package udpbatch

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestASocketGivesSegmentsUpOnce(t *testing.T) {
	t.Parallel()
	var routes Routes
	c := New(listen(t, "127.0.0.1:0"), &routes)
	c.gso.Store(true)
	batch := routes.NewBatch()
	for _, err := range []error{unix.EPERM, unix.EIO, unix.EIO} {
		if batch.lacks(c, err) {
			t.Errorf("%v: sendmmsg was given up", err)
		}
	}
	if n := routes.Counts().SegmentsGivenUp; n != 1 || c.gso.Load() {
		t.Errorf("given up %d times, still used: %v", n, c.gso.Load())
	}
	if !batch.lacks(c, unix.ENOSYS) || c.mmsg.Load() {
		t.Error("sendmmsg was not given up")
	}
}

package mavlink_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"vedette/mavlink"
	"vedette/mavlink/ftp"
	"vedette/mavlink/mavlinktest"
)

func withFiles(content map[string][]byte) mavlinktest.Config {
	return mavlinktest.Config{Files: &mavlinktest.Files{Content: content, Folders: map[string]bool{"/": true}}}
}

func numbered(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 7 / 3)
	}
	return b
}

func TestFilesOfAVehicle(t *testing.T) {
	t.Parallel()
	large := numbered(100000)
	s, a := found(t, withFiles(map[string][]byte{"/APM/LOGS/00000001.BIN": large, "/APM/a.txt": []byte("a text")}))
	a.Change(func(f *mavlinktest.Faults) { f.LoseFiles = 17 })
	ctx := within(t)
	list, err := s.ListFiles(ctx, 1, "/APM")
	if err != nil || len(list) != 2 || !list[0].Dir || list[1].Name != "a.txt" || list[1].Size != 6 {
		t.Errorf("%+v, %v", list, err)
	}
	got, err := s.ReadFile(ctx, 1, "/APM/LOGS/00000001.BIN", 1<<20)
	if err != nil || !bytes.Equal(got, large) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, err := s.ReadFile(ctx, 1, "/APM/LOGS/00000001.BIN", 1<<10); !errors.Is(err, mavlink.ErrTooLarge) {
		t.Errorf("%v", err)
	}
	if _, err := s.ReadFile(ctx, 1, "/none", 1<<20); !errors.Is(err, mavlink.ErrNoFile) {
		t.Errorf("%v", err)
	}
	if _, err := s.ReadFile(ctx, 1, "", 1<<20); !errors.Is(err, mavlink.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if err := s.WriteFile(ctx, 1, "/APM/scripts/fly.lua", large[:3000]); err != nil {
		t.Errorf("%v", err)
	}
	if sum, err := s.FileChecksum(ctx, 1, "/APM/scripts/fly.lua"); err != nil || sum != ftp.Checksum(large[:3000]) {
		t.Errorf("%x, %v", sum, err)
	}
	if err := errors.Join(
		s.MakeFolder(ctx, 1, "/APM/old"), s.RenameFile(ctx, 1, "/APM/a.txt", "/APM/old/b.txt"), s.TruncateFile(ctx, 1, "/APM/old/b.txt", 3),
		s.RemoveFile(ctx, 1, "/APM/LOGS/00000001.BIN"), s.RemoveFolder(ctx, 1, "/APM/old"),
	); err != nil {
		t.Error(err)
	}
	a.WithFiles(func(f *mavlinktest.Files) {
		if len(f.Content) != 2 || string(f.Content["/APM/old/b.txt"]) != "a t" || !bytes.Equal(f.Content["/APM/scripts/fly.lua"], large[:3000]) {
			t.Errorf("%d files", len(f.Content))
		}
	})
	if v, _ := s.Vehicle(1); v.Transfer != nil {
		t.Errorf("still going on: %+v", v.Transfer)
	}
}

func TestATransferIsCancelled(t *testing.T) {
	t.Parallel()
	s, a := found(t, withFiles(map[string][]byte{"/large": numbered(4 << 20)}))
	a.WithFiles(func(f *mavlinktest.Files) { f.NoBurst = true }) // slow
	if on, err := s.CancelTransfer(1); on || err != nil {
		t.Errorf("nothing to cancel: %v %v", on, err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := s.ReadFile(context.Background(), 1, "/large", 1<<30); !errors.Is(err, mavlink.ErrCancelled) {
			t.Errorf("%v", err)
		}
	})
	eventually(t, "the transfer shows how far it is", func() bool {
		v, _ := s.Vehicle(1)
		return v.Transfer != nil && v.Transfer.Done > 0 && v.Transfer.Total == 4<<20
	})
	if on, err := s.CancelTransfer(1); !on || err != nil {
		t.Errorf("%v %v", on, err)
	}
	wg.Wait()
	if got, err := s.ReadFile(within(t), 1, "/large", 1<<10); !errors.Is(err, mavlink.ErrTooLarge) {
		t.Errorf("the next transfer: %d bytes, %v", len(got), err)
	}
}

package tlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// fileOut is a log that is being written.
type fileOut struct {
	file *os.File
	day  time.Time
	size int64
}

func (f *fileOut) name() string { return filepath.Base(f.file.Name()) }

// write appends whole records, or nothing: a disk that fills up in the middle must not leave half a record.
func (f *fileOut) write(b []byte) error {
	n, err := f.file.Write(b)
	if err == nil {
		f.size += int64(n)
		return nil
	}
	err = fmt.Errorf("write a telemetry log: %w", err)
	if n > 0 {
		err = errors.Join(err, f.file.Truncate(f.size))
	}
	return err
}

// close ends the file; one that has stayed empty is removed.
func (f *fileOut) close() error {
	err := errors.Join(f.file.Sync(), f.file.Close())
	if f.size == 0 {
		err = errors.Join(err, os.Remove(f.file.Name()))
	}
	if err != nil {
		return fmt.Errorf("end a telemetry log: %w", err)
	}
	return nil
}

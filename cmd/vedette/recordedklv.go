package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"vedette/video/klv"
	"vedette/video/record"
)

// writeRecordedKLV writes what the KLV packets in a recording say: a line for each as `vedette klv` has it, with the time that
// it belongs to.
func writeRecordedKLV(path string, w io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return usageError{err}
	}
	defer func() { _ = f.Close() }() // it was only read
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	packets, err := record.ReadKLV(f, info.Size())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, p := range packets {
		var line strings.Builder
		if err := klv.RunLines(strings.NewReader(hex.EncodeToString(p.Data)), &line); err != nil {
			return err
		}
		at, err := json.Marshal(p.Time)
		if err != nil {
			return fmt.Errorf("write the time of a packet: %w", err)
		}
		if _, err := fmt.Fprintf(w, "{\"t\":%s,%s\n", at, strings.TrimPrefix(strings.TrimSpace(line.String()), "{")); err != nil {
			return fmt.Errorf("write packets: %w", err)
		}
	}
	return nil
}

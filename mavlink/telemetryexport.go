package mavlink

import (
	"bufio"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"vedette/mavlink/link"
	"vedette/mavlink/tlog"
)

// TelemetryExport says which recorded telemetry is wanted, and in which form.
type TelemetryExport struct {
	// Folder is where the logs lie.
	Folder string
	// From and To bound the time; a zero one does not.
	From, To time.Time
	// Vehicles are the system ids; none are all.
	Vehicles []int
	// Format is "tlog", "jsonl" (a message a line) or "csv" (a field a line).
	Format string
}

// ExportTelemetry writes recorded frames in the order of their times. It may run while a station records.
func ExportTelemetry(w io.Writer, e TelemetryExport) error {
	codec, err := link.NewCodec()
	if err != nil {
		return err
	}
	files, err := tlog.ListAll(e.Folder)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	x := &exporter{codec: codec, scanner: link.NewScanner(codec), out: out, table: csv.NewWriter(out)}
	put, ok := map[string]func(tlog.Record) error{"tlog": x.putRecord, "jsonl": x.putLine, "csv": x.putRows}[e.Format]
	if !ok {
		return fmt.Errorf("%w: format %q: use tlog, jsonl or csv", ErrInvalid, e.Format)
	}
	if e.Format == "csv" {
		if err := x.table.Write([]string{"time", "system", "component", "message", "field", "value"}); err != nil {
			return err
		}
	}
	tracks := e.tracks(files, codec)
	defer func() {
		for _, t := range tracks {
			t.close()
		}
	}()
	if err := merge(tracks, e, put); err != nil {
		return err
	}
	x.table.Flush()
	return errors.Join(x.table.Error(), out.Flush())
}

// tracks gives the logs of each vehicle, one after the other, that can hold what is wanted.
func (e TelemetryExport) tracks(files []tlog.File, codec *link.Codec) []*track {
	byVehicle := make(map[int]*track)
	var all []*track
	for _, f := range files {
		if len(e.Vehicles) > 0 && !slices.Contains(e.Vehicles, f.System) ||
			!e.From.IsZero() && f.End.Before(e.From) || !e.To.IsZero() && f.Start.After(e.To) {
			continue
		}
		t, ok := byVehicle[f.System]
		if !ok {
			t = &track{folder: e.Folder, codec: codec}
			byVehicle[f.System] = t
			all = append(all, t)
		}
		t.files = append(t.files, f)
	}
	return all
}

// merge puts the records of all vehicles in order.
func merge(tracks []*track, e TelemetryExport, put func(tlog.Record) error) error {
	for _, t := range tracks {
		if err := t.next(); err != nil {
			return err
		}
	}
	for {
		var first *track
		for _, t := range tracks {
			if !t.done && (first == nil || t.record.Time.Before(first.record.Time)) {
				first = t
			}
		}
		if first == nil {
			return nil
		}
		at := first.record.Time
		if (e.From.IsZero() || !at.Before(e.From)) && (e.To.IsZero() || at.Before(e.To)) {
			if err := put(first.record); err != nil {
				return fmt.Errorf("write telemetry: %w", err)
			}
		}
		if err := first.next(); err != nil {
			return err
		}
	}
}

// track reads the logs of one vehicle.
type track struct {
	folder string
	codec  *link.Codec
	files  []tlog.File
	file   *os.File
	reader *tlog.Reader
	record tlog.Record
	done   bool
}

func (t *track) next() error {
	for {
		if t.reader == nil {
			if len(t.files) == 0 {
				t.done = true
				return nil
			}
			path, err := tlog.Path(t.folder, t.files[0].System, t.files[0].Name)
			t.files = t.files[1:]
			if errors.Is(err, tlog.ErrNoFile) {
				continue // removed meanwhile
			}
			if err != nil {
				return err
			}
			if t.file, err = os.Open(path); err != nil {
				return fmt.Errorf("open a telemetry log: %w", err)
			}
			t.reader = tlog.NewReader(t.file, t.codec)
		}
		record, err := t.reader.Next()
		if err == nil {
			t.record = record
			return nil
		}
		t.close()
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
}

func (t *track) close() {
	if t.file != nil {
		_ = t.file.Close() // only read from
	}
	t.file, t.reader = nil, nil
}

// exporter writes records in one of the formats.
type exporter struct {
	codec   *link.Codec
	scanner *link.Scanner
	out     *bufio.Writer
	table   *csv.Writer
}

func (x *exporter) putRecord(r tlog.Record) error {
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(r.Time.UnixMicro()))
	_, err := x.out.Write(stamp[:])
	if err == nil {
		_, err = x.out.Write(r.Frame)
	}
	return err
}

// field is one value of a message.
type field struct {
	name  string
	value any
}

// read takes a frame apart. One that cannot be read is given as the bytes that it is.
func (x *exporter) read(r tlog.Record) (f link.Frame, name string, fields []field) {
	name = "UNKNOWN"
	fields = []field{{"raw", hex.EncodeToString(r.Frame)}}
	take := func(found link.Frame) {
		f = found
		m, err := x.codec.Decode(found)
		if err != nil {
			return
		}
		v := reflect.ValueOf(m).Elem()
		name = strings.ToUpper(snake(strings.TrimPrefix(v.Type().Name(), "Message")))
		fields = fields[:0]
		for member, value := range v.Fields() {
			called := member.Tag.Get("mavname")
			if called == "" {
				called = snake(member.Name)
			}
			fields = append(fields, field{called, plain(value)})
		}
	}
	x.scanner.Unknown = func(found link.Frame) { f = found }
	x.scanner.Datagram(r.Frame, take)
	return f, name, fields
}

// plain gives a value that JSON can hold.
func plain(v reflect.Value) any {
	switch {
	case v.Kind() == reflect.Array || v.Kind() == reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = plain(v.Index(i))
		}
		return list
	case v.CanFloat():
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return nil
		}
		if v.Kind() == reflect.Float32 {
			return float32(v.Float())
		}
		return v.Float()
	case v.CanUint():
		return v.Uint()
	case v.CanInt():
		return v.Int()
	default:
		return v.String()
	}
}

// snake turns TimeBootMs into time_boot_ms, HAcc into h_acc and Chan1Raw into chan1_raw.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		wordBegins := i > 0 && (!unicode.IsUpper(rune(s[i-1])) || i+1 < len(s) && unicode.IsLower(rune(s[i+1])))
		if unicode.IsUpper(r) && wordBegins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func (x *exporter) putLine(r tlog.Record) error {
	f, name, fields := x.read(r)
	line := fmt.Appendf(nil, `{"t":%q,"system":%d,"component":%d,"sequence":%d,"id":%d,"message":%q,"signed":%t,"fields":{`,
		stampOf(r.Time), f.SystemID, f.ComponentID, f.Sequence, f.MessageID, name, f.Signed)
	for i, one := range fields {
		value, err := json.Marshal(one.value)
		if err != nil {
			return err
		}
		if i > 0 {
			line = append(line, ',')
		}
		line = fmt.Appendf(line, "%q:", one.name)
		line = append(line, value...)
	}
	_, err := x.out.Write(append(line, "}}\n"...))
	return err
}

func (x *exporter) putRows(r tlog.Record) error {
	f, name, fields := x.read(r)
	row := []string{stampOf(r.Time), strconv.Itoa(int(f.SystemID)), strconv.Itoa(int(f.ComponentID)), name, "", ""}
	for _, one := range fields {
		values, isList := one.value.([]any)
		if !isList {
			values = []any{one.value}
		}
		for i, v := range values {
			row[4] = one.name
			if isList {
				row[4] += "[" + strconv.Itoa(i) + "]"
			}
			row[5] = ""
			if v != nil {
				row[5] = fmt.Sprint(v)
			}
			if err := x.table.Write(row); err != nil {
				return err
			}
		}
	}
	return nil
}

func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

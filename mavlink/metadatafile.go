package mavlink

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vedette/mavlink/ftp"
	"vedette/mavlink/metadata"
)

const (
	// maxKept bounds how many files of metadata are kept; the oldest go.
	maxKept     = 64
	maxKeptFile = 16 << 20
)

// metadataOf reads a file of metadata and what is in it: from the folder where one with its checksum was read before, else from
// the vehicle. Only what can be read is kept.
func metadataOf[T any](ctx context.Context, s *Service, sys *system, f metadata.File, parse func([]byte) (T, error)) (T, error) {
	place, err := metadata.ParsePlace(f.URI)
	if err != nil {
		var none T
		return none, err
	}
	kept := s.keptMetadata(f.CRC)
	if b, err := readKept(kept); err == nil {
		if v, err := parse(b); err == nil {
			return v, nil
		}
		sys.log.Warn("kept metadata cannot be used and is read again", "file", kept)
	}
	b, sure, err := s.fetchMetadata(ctx, sys, place, f.CRC)
	if err != nil {
		var none T
		return none, err
	}
	v, err := parse(b)
	if err != nil || kept == "" || !sure {
		return v, err
	}
	if err := errors.Join(replaceFile(kept, b), pruneFolder(filepath.Dir(kept), maxKept)); err != nil {
		sys.log.Warn("metadata could not be kept for the next visit", "error", err)
	}
	return v, nil
}

// keptMetadata is where the file with a checksum is kept, empty where it is not.
func (s *Service) keptMetadata(crc *uint32) string {
	if s.folder == "" || crc == nil || *crc == 0 {
		return ""
	}
	return filepath.Join(s.folder, "parameters", "about", fmt.Sprintf("%08x.json", *crc))
}

func readKept(path string) ([]byte, error) {
	if path == "" {
		return nil, fs.ErrNotExist
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxKeptFile {
		return nil, fmt.Errorf("%s has %d bytes", path, info.Size())
	}
	return os.ReadFile(path) //nolint:gosec // the name is a checksum in hex
}

// pruneFolder removes the oldest files beyond a number.
func pruneFolder(folder string, most int) error {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) <= most {
		return err
	}
	age := func(e os.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return time.Time{}
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return cmp.Compare(age(a).UnixNano(), age(b).UnixNano()) })
	var errs []error
	for _, e := range entries[:len(entries)-most] {
		errs = append(errs, os.Remove(filepath.Join(folder, e.Name())))
	}
	return errors.Join(errs...)
}

// fetchMetadata reads a file over MAVFTP, verifies and unpacks it. sure tells that it has the announced checksum.
func (s *Service) fetchMetadata(ctx context.Context, sys *system, place metadata.Place, crc *uint32) (content []byte, sure bool, err error) {
	component := place.Component
	if component == 0 {
		component = sys.component
	}
	t := Transfer{Kind: "file", Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return nil, false, err
	}
	defer end()
	// Some write the folder that everything is in as a slash, some do not.
	other := "/" + place.Path
	if rest, ok := strings.CutPrefix(place.Path, "/"); ok {
		other = rest
	}
	var packed []byte
	for _, path := range []string{place.Path, other} {
		sink := &memory{}
		_, err = fileTalk(ctx, s, sys, component, &t, func(c *ftp.Conn) (*ftp.Read, error) {
			return ftp.NewRead(c, path, ftp.ReadOptions{Sink: sink, Limit: metadata.MaxFile})
		})
		if packed, place.Path = sink.b, path; !errors.Is(err, ErrNoFile) {
			break
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("read %+q: %w", place.Path, err)
	}
	if content, err = metadata.Unpack(packed); err != nil {
		return nil, false, fmt.Errorf("%+q: %w", place.Path, err)
	}
	if crc != nil && (ftp.Checksum(packed) == *crc || ftp.Checksum(content) == *crc) {
		return content, true, nil
	}
	return content, false, s.compareChecksum(ctx, sys, component, place.Path, ftp.Checksum(packed), crc)
}

// compareChecksum asks the vehicle for the checksum of a file that does not have the announced one, which may be of another form
// of it. Where it tells none, an announced one must fit.
func (s *Service) compareChecksum(ctx context.Context, sys *system, component uint8, path string, got uint32, announced *uint32) error {
	m, err := fileTalk(ctx, s, sys, component, nil, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewCRC32(c, path) })
	var denied *DeniedError
	if err != nil && !errors.As(err, &denied) {
		return fmt.Errorf("verify %+q: %w", path, err)
	}
	if sum, told := m.CRC32(); err == nil && told && sum == got || announced == nil && !told {
		return nil
	}
	return fmt.Errorf("verify %+q: %w", path, &DeniedError{Result: "differs", Reason: "what came has another checksum than the vehicle tells"})
}

package mavlink

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/dialog"
	"vedette/mavlink/ftp"
)

// FileEntry is a file or folder on a vehicle.
type FileEntry = ftp.Entry

// Errors of files that callers decide on.
var (
	// ErrNoFile means that there is no file or folder of that name on the vehicle.
	ErrNoFile = ftp.ErrNotFound
	// ErrTooLarge means that a file has more bytes than were asked for at most.
	ErrTooLarge = ftp.ErrTooLarge
)

var ftpID = (&common.MessageFileTransferProtocol{}).GetID()

// offersFiles tells whether the vehicle announces MAVFTP.
func (s *system) offersFiles() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.v.Capabilities&uint64(common.MAV_PROTOCOL_CAPABILITY_FTP) != 0
}

// fileMachine makes a machine of package ftp.
type fileMachine[M dialog.Machine] func(c *ftp.Conn) (M, error)

// conn is the state of MAVFTP at a component. Only who is in the transfer gate may use it.
func (s *Service) conn(sys *system, component uint8) *ftp.Conn {
	c, ok := sys.files[component]
	if !ok {
		c = ftp.NewConn(s.peerOf(sys, component), uint16(rand.Uint32()), sys.roundTrip()) //nolint:gosec // a number to begin with, no secret
		sys.files[component] = c
	}
	if p, err := sys.live(); err == nil {
		c.NoBursts = p.Bandwidth() > 0 && p.Bandwidth() < burstBandwidth
	}
	return c
}

// burstBandwidth in bytes a second is what a link must have for bursts: 115,200 baud has less.
const burstBandwidth = 12_000

// fileTalk runs one operation. It must be called within begin.
func fileTalk[M dialog.Machine](ctx context.Context, s *Service, sys *system, component uint8, t *Transfer, newMachine fileMachine[M]) (M, error) {
	m, err := newMachine(s.conn(sys, component))
	if err == nil {
		err = s.talk(ctx, sys, component, m, t, ftpID)
	}
	return m, fileError(err)
}

// fileOperation is fileTalk as a transfer of its own, with the autopilot.
func fileOperation[M dialog.Machine](ctx context.Context, s *Service, id int, what string, newMachine fileMachine[M]) (m M, err error) {
	sys, err := s.system(id)
	if err != nil {
		return m, err
	}
	t := Transfer{Kind: "file", Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return m, err
	}
	defer end()
	if m, err = fileTalk(ctx, s, sys, sys.component, &t, newMachine); err != nil {
		return m, fmt.Errorf("%s: %w", what, err)
	}
	return m, nil
}

// fileError turns errors of package ftp into those of this one.
func fileError(err error) error {
	var refused *ftp.RefusedError
	switch {
	case err == nil, errors.Is(err, ErrNoFile):
		return err
	case errors.Is(err, ftp.ErrPath):
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	case errors.Is(err, ftp.ErrUnsupported):
		return &DeniedError{Result: resultName(common.MAV_RESULT_UNSUPPORTED), Reason: "it does not offer this file operation"}
	case errors.As(err, &refused):
		return &DeniedError{Result: resultName(common.MAV_RESULT_FAILED), Reason: refused.Error()}
	default:
		return err
	}
}

// ListFiles lists a folder of the vehicle. It fails with ErrNoFile, ErrLost, ErrNoAnswer, ErrInvalid or a *DeniedError, as all
// operations on files do.
func (s *Service) ListFiles(ctx context.Context, id int, path string) ([]FileEntry, error) {
	m, err := fileOperation(ctx, s, id, "list "+path, func(c *ftp.Conn) (*ftp.List, error) { return ftp.NewList(c, path) })
	if err != nil {
		return nil, err
	}
	return m.Entries(), nil
}

// ReadFile reads a file of at most limit bytes; a larger one fails with ErrTooLarge.
func (s *Service) ReadFile(ctx context.Context, id int, path string, limit int64) ([]byte, error) {
	sink := &memory{}
	_, err := fileOperation(ctx, s, id, "read "+path, func(c *ftp.Conn) (*ftp.Read, error) {
		return ftp.NewRead(c, path, ftp.ReadOptions{Sink: sink, Limit: limit})
	})
	if err != nil {
		return nil, err
	}
	return sink.b, nil
}

// WriteFile puts a file onto the vehicle, in place of one that is there, and compares checksums where the vehicle tells
// them; a difference is a *DeniedError.
func (s *Service) WriteFile(ctx context.Context, id int, path string, data []byte) error {
	sys, err := s.system(id)
	if err != nil {
		return err
	}
	t := Transfer{Kind: "file", Upload: true, Total: len(data), Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return err
	}
	defer end()
	_, err = fileTalk(ctx, s, sys, sys.component, &t, func(c *ftp.Conn) (*ftp.Write, error) { return ftp.NewWrite(c, path, data) })
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	sum, err := fileTalk(ctx, s, sys, sys.component, nil, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewCRC32(c, path) })
	var denied *DeniedError
	switch got, told := sum.CRC32(); {
	case errors.As(err, &denied), err == nil && !told:
		return nil // it knows no checksums
	case err != nil:
		return fmt.Errorf("verify %s: %w", path, err)
	case got != ftp.Checksum(data):
		return fmt.Errorf("verify %s: %w", path, &DeniedError{Result: "differs", Reason: "what was stored is not what was sent"})
	}
	return nil
}

func (s *Service) fileCall(ctx context.Context, id int, what string, newMachine fileMachine[*ftp.Call]) error {
	_, err := fileOperation(ctx, s, id, what, newMachine)
	return err
}

// RemoveFile deletes a file.
func (s *Service) RemoveFile(ctx context.Context, id int, path string) error {
	return s.fileCall(ctx, id, "remove "+path, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewRemove(c, path) })
}

// RenameFile gives a file or folder another name.
func (s *Service) RenameFile(ctx context.Context, id int, from, to string) error {
	return s.fileCall(ctx, id, "rename "+from, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewRename(c, from, to) })
}

// MakeFolder makes a folder.
func (s *Service) MakeFolder(ctx context.Context, id int, path string) error {
	return s.fileCall(ctx, id, "make the folder "+path, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewMakeDir(c, path) })
}

// RemoveFolder deletes an empty folder.
func (s *Service) RemoveFolder(ctx context.Context, id int, path string) error {
	return s.fileCall(ctx, id, "remove the folder "+path, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewRemoveDir(c, path) })
}

// TruncateFile cuts a file to size bytes.
func (s *Service) TruncateFile(ctx context.Context, id int, path string, size uint32) error {
	return s.fileCall(ctx, id, "cut "+path, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewTruncate(c, path, size) })
}

// FileChecksum is the CRC 32 of a file as the vehicle computes it: begun with zero, not inverted.
func (s *Service) FileChecksum(ctx context.Context, id int, path string) (uint32, error) {
	m, err := fileOperation(ctx, s, id, "checksum of "+path, func(c *ftp.Conn) (*ftp.Call, error) { return ftp.NewCRC32(c, path) })
	if err != nil {
		return 0, err
	}
	sum, ok := m.CRC32()
	if !ok {
		return 0, &DeniedError{Result: resultName(common.MAV_RESULT_UNSUPPORTED), Reason: "it told no checksum"}
	}
	return sum, nil
}

// memory is a file that is read into memory.
type memory struct{ b []byte }

var _ io.WriterAt = (*memory)(nil)

// WriteAt grows the memory as far as is needed; the machine that writes has a limit.
func (m *memory) WriteAt(p []byte, at int64) (int, error) {
	if need := int(at) + len(p); need > len(m.b) {
		m.b = append(m.b, make([]byte, need-len(m.b))...)
	}
	return copy(m.b[at:], p), nil
}

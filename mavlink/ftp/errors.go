package ftp

import (
	"errors"
	"fmt"
)

// The errors of a NAK (MAV_FTP_ERR).
const (
	nakFail         = 1
	nakErrno        = 2
	nakDataSize     = 3
	nakSession      = 4
	nakNoSessions   = 5
	nakEOF          = 6
	nakUnknown      = 7
	nakExists       = 8
	nakProtected    = 9
	nakNotFound     = 10
	errnoNotFound   = 2  // ENOENT
	errnoExists     = 17 // EEXIST
	errnoPermission = 13 // EACCES
	errnoNoSpace    = 28 // ENOSPC
	errnoReadOnly   = 30 // EROFS
)

// Errors that callers decide on; a *RefusedError is the ones that fit it.
var (
	// ErrNotFound means that there is no file or folder of that name.
	ErrNotFound = errors.New("no such file or folder")
	// ErrExists means that there is one already.
	ErrExists = errors.New("the file or folder exists already")
	// ErrUnsupported means that the vehicle does not know the operation.
	ErrUnsupported = errors.New("the vehicle does not offer this")
	// ErrTooLarge means that a file has more bytes than were asked for at most.
	ErrTooLarge = errors.New("the file is too large")
	// ErrPath means that a path cannot be sent.
	ErrPath = errors.New("the path cannot be used")
)

// RefusedError means that the vehicle answered with a NAK.
type RefusedError struct {
	// Op is what was refused; Code is the MAV_FTP_ERR, Errno the vehicle's own error number where Code is 2.
	Op          Opcode
	Code, Errno uint8
}

func (e *RefusedError) Error() string {
	what := "the vehicle refused: "
	switch {
	case e.Is(ErrNotFound):
		return what + "no such file or folder"
	case e.Is(ErrExists):
		return what + "it exists already"
	case e.Is(ErrUnsupported):
		return what + "it does not offer this"
	case e.Code == nakProtected || e.Errno == errnoPermission || e.Errno == errnoReadOnly:
		return what + "the file is protected"
	case e.Errno == errnoNoSpace:
		return what + "no space is left"
	case e.Code == nakErrno:
		return fmt.Sprintf("%serror number %d", what, e.Errno)
	case e.Code == nakNoSessions:
		return what + "another station is transferring a file"
	case e.Code == nakSession:
		return what + "the file is not open any more"
	case e.Code == nakDataSize:
		return what + "the request has a wrong size"
	case e.Code == nakEOF:
		return what + "the file ends before that"
	default:
		return what + "it failed"
	}
}

// Is matches the sentinels of this package.
func (e *RefusedError) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.Code == nakNotFound || e.Code == nakErrno && e.Errno == errnoNotFound
	case ErrExists:
		return e.Code == nakExists || e.Code == nakErrno && e.Errno == errnoExists
	case ErrUnsupported:
		return e.Code == nakUnknown
	default:
		return false
	}
}

// refusal is the error of a NAK. One without an error code failed for a reason that the vehicle does not know.
func refusal(p Payload) *RefusedError {
	e := &RefusedError{Op: p.Answers, Code: nakFail}
	if len(p.Data) > 0 {
		e.Code = p.Data[0]
	}
	if e.Code == nakErrno && len(p.Data) > 1 {
		e.Errno = p.Data[1]
	}
	return e
}

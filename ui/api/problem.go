package api

import (
	"fmt"
	"net/http"
)

// Problem is a problem document (RFC 9457) and an error at once: whatever a Station returns that is, or wraps, a
// *Problem reaches the client as it is; any other error becomes a 500 without its text.
type Problem struct {
	Type   string `json:"type"`             // always "about:blank": the status says what kind it is
	Title  string `json:"title"`            // the status in words
	Status int    `json:"status"`           // the HTTP status
	Detail string `json:"detail,omitempty"` // what is wrong and how to mend it, for a person
	// Alternate is the id of a feed that shows the same as the one that this browser cannot play.
	Alternate string `json:"alternate,omitempty"`
	// Needs is NeedsCode where the password was right and a code of the second factor has to come with it.
	Needs string `json:"needs,omitempty"`
}

// NeedsCode is what signing in to an account with a second factor needs.
const NeedsCode = "code"

// Error is the detail, or the title where there is none.
func (p *Problem) Error() string {
	if p.Detail != "" {
		return p.Detail
	}
	return p.Title
}

// NewProblem makes a problem of a status; the detail is a format with its arguments.
func NewProblem(status int, format string, args ...any) *Problem {
	return &Problem{
		Type:   "about:blank",
		Title:  http.StatusText(status),
		Status: status,
		Detail: fmt.Sprintf(format, args...),
	}
}

// BadRequest (400): the body or a parameter cannot be used; the detail names it.
func BadRequest(format string, args ...any) *Problem {
	return NewProblem(http.StatusBadRequest, format, args...)
}

// Forbidden (403): signed in, but this may not be done.
func Forbidden(format string, args ...any) *Problem {
	return NewProblem(http.StatusForbidden, format, args...)
}

// NotFound (404): no such vehicle, feed, alert, cue, route.
func NotFound(format string, args ...any) *Problem {
	return NewProblem(http.StatusNotFound, format, args...)
}

// Conflict (409): the lease is missing, or somebody else decided first.
func Conflict(format string, args ...any) *Problem {
	return NewProblem(http.StatusConflict, format, args...)
}

// PreconditionFailed (412): what the change was meant for has changed itself meanwhile.
func PreconditionFailed(format string, args ...any) *Problem {
	return NewProblem(http.StatusPreconditionFailed, format, args...)
}

// Refused (422): the vehicle answered and refused; the detail holds its reason.
func Refused(format string, args ...any) *Problem {
	return NewProblem(http.StatusUnprocessableEntity, format, args...)
}

// Unavailable (503): the vehicle is lost, or the feed has no signal yet.
func Unavailable(format string, args ...any) *Problem {
	return NewProblem(http.StatusServiceUnavailable, format, args...)
}

// NoAcknowledgement (504): the vehicle did not answer in time, so whether it acted is not known.
func NoAcknowledgement(format string, args ...any) *Problem {
	return NewProblem(http.StatusGatewayTimeout, format, args...)
}

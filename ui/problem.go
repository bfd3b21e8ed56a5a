package ui

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"vedette/internal/access"
	"vedette/ui/api"
)

// problemOf turns an error into what the client is told. known is false for errors whose text is not for clients.
func problemOf(err error) (p *api.Problem, known bool) {
	var held *access.HeldError
	var many *access.TooManyError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.Is(err, access.ErrUnauthorized):
		return api.NewProblem(http.StatusUnauthorized, "%s", access.ErrUnauthorized), true
	case errors.Is(err, access.ErrCredentials):
		return api.NewProblem(http.StatusUnauthorized, "%s", access.ErrCredentials), true
	case errors.Is(err, access.ErrCodeNeeded), errors.Is(err, access.ErrCode):
		p = api.NewProblem(http.StatusUnauthorized, "%s", err)
		p.Needs = api.NeedsCode
		return p, true
	case errors.As(err, &many):
		return api.NewProblem(http.StatusTooManyRequests, "%s", many), true
	case errors.As(err, &held):
		return api.Conflict("%s", held), true
	case errors.Is(err, access.ErrNotHolder):
		return api.Conflict("%s", access.ErrNotHolder), true
	case errors.As(err, &large):
		return api.NewProblem(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", large.Limit), true
	case errors.Is(err, context.DeadlineExceeded):
		return api.NoAcknowledgement("there was no answer in time: whether it was done is not known"), true
	case errors.Is(err, context.Canceled):
		return api.Unavailable("the request was given up, or the station is stopping"), true
	}
	return api.NewProblem(http.StatusInternalServerError, "the station failed at this; its log says more"), false
}

// fail answers with the problem that an error is.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	p, known := problemOf(err)
	if !known {
		s.cfg.Log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if many, ok := errors.AsType[*access.TooManyError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(many.Seconds()))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="vedette"`)
	}
	s.writeProblem(w, r, p)
}

// writeProblem answers with a problem document.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, p *api.Problem) {
	if p.Status >= http.StatusInternalServerError {
		s.failed.Add(1)
	} else {
		s.refused.Add(1)
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Del("Content-Encoding")
	w.WriteHeader(p.Status)
	if r.Method == http.MethodHead {
		return
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(true)
	_ = e.Encode(p) // the client may be gone; there is nobody else to tell
}

package ingest

import (
	"bytes"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/headers"
	"github.com/bluenviron/gortsplib/v4/pkg/sdp"
)

// screen looks at an answer before the library does. The library reads it in a goroutine of its own, where a panic would
// end the station, and refuses a whole description for one media in it that is wrong: here both are found out first.
// What is wrong is taken out of the answer.
func (s *Source) screen(res *base.Response) {
	defer func() {
		if r := recover(); r != nil {
			s.counters.panics.Add(1)
			s.log.Error("reading the camera's answer panicked", "reason", r)
			res.StatusCode, res.StatusMessage = base.StatusInternalServerError, "unreadable answer"
			res.Header, res.Body = base.Header{"CSeq": res.Header["CSeq"]}, nil
		}
	}()
	for _, v := range res.Header["Transport"] {
		var h headers.Transport
		_ = h.Unmarshal(base.HeaderValue{v}) // its error comes again; only a panic matters
	}
	if v := res.Header["KeyMgmt"]; len(v) > 0 {
		var h headers.KeyMgmt
		_ = h.Unmarshal(v)
	}
	for _, v := range res.Header["WWW-Authenticate"] {
		var h headers.Authenticate
		_ = h.Unmarshal(base.HeaderValue{v})
	}
	if v := res.Header["Session"]; len(v) > 0 {
		var h headers.Session
		_ = h.Unmarshal(v)
	}
	if ct := res.Header["Content-Type"]; len(ct) == 1 && bytes.HasPrefix([]byte(ct[0]), []byte("application/sdp")) {
		body, dropped := goodMedias(res.Body)
		if dropped > 0 {
			s.counters.malformed.Add(uint64(dropped))
			s.log.Warn("the camera describes tracks that make no sense", "tracks", dropped)
		}
		res.Body = body
	}
}

// goodMedias returns a description without the medias that the library cannot read, and their number. Where none can be
// read, or what stands before the first is wrong, the description stays as it is.
func goodMedias(body []byte) (clean []byte, dropped int) {
	if readable(body) {
		return body, 0
	}
	sections := bytes.Split(body, []byte("\nm="))
	clean = bytes.Clone(sections[0])
	kept := 0
	for _, section := range sections[1:] {
		part := append([]byte("\nm="), section...)
		if !readable(append(bytes.Clone(sections[0]), part...)) || !readable(append(bytes.Clone(clean), part...)) {
			dropped++
			continue
		}
		clean = append(clean, part...)
		kept++
	}
	if kept == 0 {
		return body, dropped
	}
	return clean, dropped
}

func readable(body []byte) bool {
	var raw sdp.SessionDescription
	if raw.Unmarshal(body) != nil {
		return false
	}
	var desc description.Session
	return desc.Unmarshal(&raw) == nil
}

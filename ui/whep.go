package ui

import (
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vedette/ui/api"
)

const (
	maxOffer    = 64 << 10 // bytes of an SDP offer
	maxFragment = 64 << 10 // bytes of an ICE fragment
	sdpType     = "application/sdp"
	sdpFragType = "application/trickle-ice-sdpfrag" // RFC 8840
)

// watch answers an SDP offer (WHEP, draft-ietf-wish-whep, after RFC 9725).
func watch(c *call) error {
	if err := c.contentType(sdpType); err != nil {
		return err
	}
	offer, err := c.raw(maxOffer)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(string(offer), "v=0") {
		return api.BadRequest("the body is not an SDP offer")
	}
	feed := c.r.PathValue("id")
	s, err := c.s.cfg.Station.Watch(c.r.Context(), c.who, feed, string(offer))
	if err != nil {
		return c.soon(err)
	}
	h := c.w.Header()
	h.Set("Location", base+"/feeds/"+url.PathEscape(feed)+"/whep/"+url.PathEscape(s.ID))
	h.Set("Content-Type", sdpType)
	h.Set("ETag", `"`+s.Tag+`"`)
	h.Set("Accept-Patch", sdpFragType)
	for _, r := range s.Relays {
		h.Add("Link", iceServer(r, c.r.Host))
	}
	c.w.WriteHeader(http.StatusCreated)
	_, _ = c.w.Write([]byte(s.Answer)) // the client may be gone; the session then ends by itself
	return nil
}

// iceServer writes a TURN server as RFC 9725, section 4.6, has it. Where the station does not know its own name, it is
// the one that the client has reached it by. The parameter use is ours.
func iceServer(r api.Relay, reached string) string {
	host := r.Host
	if host == "" {
		host = reached
		if h, _, err := net.SplitHostPort(reached); err == nil {
			host = h
		}
		host = strings.Trim(host, "[]")
	}
	scheme, transport := "turn:", "udp"
	if r.TLS {
		scheme = "turns:"
	}
	if r.TCP {
		transport = "tcp"
	}
	link := "<" + scheme + net.JoinHostPort(host, strconv.Itoa(r.Port)) + "?transport=" + transport + `>; rel="ice-server"; username="` +
		r.Username + `"; credential="` + r.Password + `"; credential-type="password"`
	if r.First {
		link += `; use="first"`
	}
	return link
}

// patchWatch adds candidates to a session (204) or restarts its ICE (200), RFC 9725, sections 4.3.1 to 4.3.3.
func patchWatch(c *call) error {
	if err := c.contentType(sdpFragType); err != nil {
		return err
	}
	fragment, err := c.raw(maxFragment)
	if err != nil {
		return err
	}
	match, err := entityTag(c.r.Header.Get("If-Match"))
	if err != nil {
		return err
	}
	answer, tag, err := c.s.cfg.Station.PatchWatch(c.r.Context(), c.who, c.r.PathValue("id"), c.r.PathValue("session"), match, string(fragment))
	if err != nil {
		return err
	}
	if answer == "" {
		return c.noContent()
	}
	h := c.w.Header()
	h.Set("Content-Type", sdpFragType)
	h.Set("ETag", `"`+tag+`"`)
	_, _ = c.w.Write([]byte(answer)) // the client may be gone
	return nil
}

// entityTag reads If-Match: one tag, or any. Some clients put the asterisk in quotes, as the draft's examples do.
func entityTag(header string) (string, error) {
	header = strings.TrimSpace(header)
	switch {
	case header == "":
		return "", api.NewProblem(http.StatusPreconditionRequired, "If-Match is needed: the ETag of the session, or * for an ICE restart")
	case header == "*", header == `"*"`:
		return "*", nil
	case strings.HasPrefix(header, "W/"):
		return "", api.PreconditionFailed("a weak entity tag matches nothing (RFC 9110, section 13.1.1)")
	}
	rest, opened := strings.CutPrefix(header, `"`)
	tag, closed := strings.CutSuffix(rest, `"`)
	if !opened || !closed || strings.ContainsAny(tag, `",`) {
		return "", api.BadRequest("If-Match: one entity tag in quotes, or *, is needed")
	}
	return tag, nil
}

func endWatch(c *call) error {
	if err := c.s.cfg.Station.EndWatch(c.r.Context(), c.who, c.r.PathValue("id"), c.r.PathValue("session")); err != nil {
		return err
	}
	return c.noContent()
}

// watchOptions says what a POST takes. It names no TURN server: their credentials are for those who are signed in.
func watchOptions(c *call) error {
	c.w.Header().Set("Accept-Post", sdpType)
	c.w.Header().Set("Allow", "OPTIONS, POST")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

func sessionOptions(c *call) error {
	c.w.Header().Set("Accept-Patch", sdpFragType)
	c.w.Header().Set("Allow", "DELETE, OPTIONS, PATCH")
	c.w.WriteHeader(http.StatusOK)
	return nil
}

package relay

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/sdp/v3"
)

const (
	maxOffer      = 64 << 10 // bytes of an SDP offer
	maxSections   = 16       // m-lines of an offer
	maxCandidates = 64       // candidates of an offer or a fragment; the rest is dropped
)

// offer is an SDP offer that has been checked, and changed where it offers more than is taken.
type offer struct {
	desc       *sdp.SessionDescription
	mid        string // of the section that carries the ICE attributes
	data       string // that of the section for data channels; "": none
	ufrag, pwd string
	alone      bool     // the pictures were not bundled, so the answer may not bundle them
	kinds      []string // what the browser offers: "udp host", "udp mdns", "tcp host", "udp srflx", "udp relay"
}

// readOffer checks an offer. Sound is answered with a refused section and pictures from the browser are not taken, so
// what offers to send and receive becomes an offer to receive.
func readOffer(text string) (*offer, error) {
	if len(text) > maxOffer {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrBadOffer, len(text), maxOffer)
	}
	desc := &sdp.SessionDescription{}
	if err := desc.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	o := &offer{desc: desc}
	if n := len(desc.MediaDescriptions); n == 0 || n > maxSections {
		return nil, fmt.Errorf("%w: it has %d media sections", ErrBadOffer, n)
	}
	whole := direction(desc.Attributes, "sendrecv")
	desc.Attributes = slices.DeleteFunc(desc.Attributes, isDirection)
	mids, pictures, video, data := map[string]bool{}, 0, "", 0
	for _, m := range desc.MediaDescriptions {
		mid, _ := m.Attribute("mid")
		switch {
		case mid == "":
			return nil, fmt.Errorf("%w: a media section has no a=mid (RFC 9429)", ErrBadOffer)
		case mids[mid]:
			return nil, fmt.Errorf("%w: a=mid %q is used twice", ErrBadOffer, mid)
		case planB(m):
			return nil, fmt.Errorf("%w: it is Plan B, which browsers gave up; Unified Plan is needed (RFC 9429)", ErrBadOffer)
		}
		mids[mid] = true
		if m.MediaName.Media == "application" {
			if data++; data > 1 || !slices.Contains(m.MediaName.Formats, "webrtc-datachannel") {
				return nil, fmt.Errorf("%w: one section for data channels (RFC 8841) is taken, and nothing else of the kind", ErrBadOffer)
			}
			o.data = mid
			o.takeCandidates(m)
			continue
		}
		way := direction(m.Attributes, whole)
		m.Attributes = slices.DeleteFunc(m.Attributes, isDirection)
		if way == "sendrecv" {
			way = "recvonly"
		}
		m.Attributes = append(m.Attributes, sdp.Attribute{Key: way})
		if m.MediaName.Media == "video" && way == "recvonly" && !refused(m) {
			pictures++
			video = mid
		}
		o.takeCandidates(m)
	}
	if pictures != 1 {
		return nil, fmt.Errorf("%w: one video section to receive is needed, and it has %d", ErrBadOffer, pictures)
	}
	if o.bundle(video); o.data != "" && !o.bundled(video, o.data) {
		return nil, fmt.Errorf("%w: its data channels are not bundled with the pictures (RFC 9143)", ErrBadOffer)
	}
	return o, o.takeCredentials()
}

// bundle finds the section whose ICE attributes hold for the pictures: the first of their BUNDLE group (RFC 9143, section
// 7.2). Pictures that are in no group become one of their own, because the library takes no section that is in none.
func (o *offer) bundle(video string) {
	for _, a := range o.desc.Attributes {
		if a.Key != "group" {
			continue
		}
		if f := strings.Fields(a.Value); len(f) > 1 && f[0] == "BUNDLE" && slices.Contains(f[1:], video) {
			o.mid = f[1]
			return
		}
	}
	o.mid, o.alone = video, true
	isGroup := func(a sdp.Attribute) bool { return a.Key == "group" }
	o.desc.Attributes = append(slices.DeleteFunc(o.desc.Attributes, isGroup), sdp.Attribute{Key: "group", Value: "BUNDLE " + video})
}

// bundled tells whether two sections are in one group.
func (o *offer) bundled(a, b string) bool {
	return slices.ContainsFunc(o.desc.Attributes, func(attribute sdp.Attribute) bool {
		f := strings.Fields(attribute.Value)
		return attribute.Key == "group" && len(f) > 2 && f[0] == "BUNDLE" && slices.Contains(f[1:], a) && slices.Contains(f[1:], b)
	})
}

// refused tells a section that is switched off from one that is merely bundled (RFC 9143, section 6).
func refused(m *sdp.MediaDescription) bool {
	_, bundled := m.Attribute("bundle-only")
	return m.MediaName.Port.Value == 0 && !bundled
}

// planB recognises several streams in one section, named by their sources.
func planB(m *sdp.MediaDescription) bool {
	streams := map[string]bool{}
	for _, a := range m.Attributes {
		if a.Key != "ssrc" {
			continue
		}
		if _, id, ok := strings.Cut(a.Value, " msid:"); ok {
			streams[id] = true
		}
	}
	mid, _ := m.Attribute("mid")
	return len(streams) > 1 || slices.Contains([]string{"audio", "video", "data"}, strings.ToLower(mid))
}

func isDirection(a sdp.Attribute) bool {
	return a.Value == "" && slices.Contains([]string{"sendrecv", "sendonly", "recvonly", "inactive"}, a.Key)
}

// direction is what the attributes say, or what holds where they say nothing.
func direction(attributes []sdp.Attribute, otherwise string) string {
	for _, a := range attributes {
		if isDirection(a) {
			otherwise = a.Key
		}
	}
	return otherwise
}

// takeCandidates notes what kinds there are and drops candidates that cannot be used (RFC 8839, section 5.1: they are
// no reason to refuse the rest).
func (o *offer) takeCandidates(m *sdp.MediaDescription) {
	kept := 0
	m.Attributes = slices.DeleteFunc(m.Attributes, func(a sdp.Attribute) bool {
		if a.Key != "candidate" {
			return false
		}
		kind, ok := candidateKind(a.Value)
		if !ok || kept == maxCandidates {
			return true
		}
		kept++
		o.addKind(kind)
		return false
	})
}

func (o *offer) addKind(kind string) {
	if !slices.Contains(o.kinds, kind) {
		o.kinds = append(o.kinds, kind)
	}
}

// candidateKind reads a candidate (RFC 8839, section 5.1) and says its transport and type.
func candidateKind(value string) (kind string, ok bool) {
	c, err := ice.UnmarshalCandidate(value)
	if err != nil {
		return "", false
	}
	transport := "udp"
	if c.NetworkType().IsTCP() {
		transport = "tcp"
	}
	if strings.HasSuffix(c.Address(), ".local") {
		return transport + " mdns", true
	}
	return transport + " " + c.Type().String(), true
}

// takeCredentials reads the ICE credentials of the section that carries them.
func (o *offer) takeCredentials() error {
	for _, m := range o.desc.MediaDescriptions {
		if mid, _ := m.Attribute("mid"); mid == o.mid {
			o.ufrag, o.pwd = o.credentials(m)
		}
	}
	return checkCredentials(o.ufrag, o.pwd)
}

// has tells whether the offer has a section of that name.
func (o *offer) has(mid string) bool {
	return slices.ContainsFunc(o.desc.MediaDescriptions, func(m *sdp.MediaDescription) bool {
		own, _ := m.Attribute("mid")
		return own == mid
	})
}

func (o *offer) credentials(m *sdp.MediaDescription) (ufrag, pwd string) {
	ufrag, ok := m.Attribute("ice-ufrag")
	if !ok {
		ufrag, _ = o.desc.Attribute("ice-ufrag")
	}
	if pwd, ok = m.Attribute("ice-pwd"); !ok {
		pwd, _ = o.desc.Attribute("ice-pwd")
	}
	return ufrag, pwd
}

// checkCredentials holds RFC 8839, section 5.4.
func checkCredentials(ufrag, pwd string) error {
	if !iceChars(ufrag, 4) || !iceChars(pwd, 22) {
		return fmt.Errorf("%w: a=ice-ufrag (4 to 256 characters) and a=ice-pwd (22 to 256) are needed", ErrBadOffer)
	}
	return nil
}

func iceChars(s string, least int) bool {
	return len(s) >= least && len(s) <= 256 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '+' || r == '/')
	})
}

// text writes the offer out for pion.
func (o *offer) text() (string, error) {
	text, err := o.desc.Marshal()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	return string(text), nil
}

// restarted is the offer as it would read after an ICE restart: other credentials and candidates, all else the same, and
// the version of the session one higher (RFC 9429, section 5.2.2).
func (o *offer) restarted(f fragment) (*offer, error) {
	text, err := o.text()
	if err != nil {
		return nil, err
	}
	next := &offer{desc: &sdp.SessionDescription{}, mid: o.mid, alone: o.alone, ufrag: f.ufrag, pwd: f.pwd}
	if err := next.desc.UnmarshalString(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	next.desc.Origin.SessionVersion++
	replace := func(attributes []sdp.Attribute) []sdp.Attribute {
		out := attributes[:0]
		for _, a := range attributes {
			switch a.Key {
			case "ice-ufrag":
				a.Value = f.ufrag
			case "ice-pwd":
				a.Value = f.pwd
			case "candidate", "end-of-candidates":
				continue
			}
			out = append(out, a)
		}
		return out
	}
	next.desc.Attributes = replace(next.desc.Attributes)
	for _, m := range next.desc.MediaDescriptions {
		m.Attributes = replace(m.Attributes)
		if mid, _ := m.Attribute("mid"); mid != o.mid {
			continue
		}
		for _, c := range f.candidates {
			m.Attributes = append(m.Attributes, sdp.Attribute{Key: "candidate", Value: c})
		}
		next.takeCandidates(m)
	}
	return next, nil
}

// answerFragment is what of an answer a PATCH is told (RFC 8840, section 9): credentials and candidates of one section.
func answerFragment(answer string) (string, error) {
	desc := &sdp.SessionDescription{}
	if err := desc.UnmarshalString(answer); err != nil {
		return "", fmt.Errorf("read own answer: %w", err)
	}
	var b strings.Builder
	for _, key := range []string{"ice-options", "group"} {
		if v, ok := desc.Attribute(key); ok {
			b.WriteString("a=" + key + ":" + v + "\r\n")
		}
	}
	for _, m := range desc.MediaDescriptions {
		if refused(m) {
			continue
		}
		formats := strings.Join(m.MediaName.Formats, " ")
		b.WriteString("m=" + m.MediaName.Media + " 9 " + strings.Join(m.MediaName.Protos, "/") + " " + formats + "\r\n")
		for _, a := range m.Attributes {
			switch a.Key {
			case "mid", "ice-ufrag", "ice-pwd", "candidate":
				b.WriteString("a=" + a.Key + ":" + a.Value + "\r\n")
			}
		}
		break
	}
	b.WriteString("a=end-of-candidates\r\n")
	return b.String(), nil
}

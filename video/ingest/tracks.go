package ingest

import (
	"strings"

	"github.com/bluenviron/gortsplib/v4/pkg/description"
	"github.com/bluenviron/gortsplib/v4/pkg/format"
)

// TrackInfo names one track that a source offers.
type TrackInfo struct {
	// Kind is video, audio, metadata or other.
	Kind string
	// Codec names the format: "H264", "KLV", "ONVIF metadata", "MPEG-TS", …, or the encoding name as the source wrote it.
	Codec string
	// ClockRateHz is the RTP clock, 0 where it is not told.
	ClockRateHz int
	// Used is true for the tracks that are set up.
	Used bool
}

// chosen are the tracks of a description that are used.
type chosen struct {
	media  *description.Media
	video  format.Format
	track  Track
	data   *description.Media // nil: no KLV
	klv    format.Format
	infos  []TrackInfo
	backup bool // the video is H.265 for want of H.264
}

// choose picks the first H.264 track, else the first H.265 one, and the first KLV track.
func choose(desc *description.Session) chosen {
	var c chosen
	for _, m := range desc.Medias {
		if m.IsBackChannel {
			continue // from us to the camera
		}
		for _, f := range m.Formats {
			switch f := f.(type) {
			case *format.H264:
				if c.media == nil || c.backup {
					sps, pps := f.SafeParams()
					c.media, c.video, c.backup = m, f, false
					c.track = Track{Codec: H264, SPS: sps, PPS: pps}
				}
			case *format.H265:
				if c.media == nil {
					vps, sps, pps := f.SafeParams()
					c.media, c.video, c.backup = m, f, true
					c.track = Track{Codec: H265, VPS: vps, SPS: sps, PPS: pps}
				}
			default:
				if codecName(f) == codecKLV && c.data == nil {
					c.data, c.klv = m, f
				}
			}
		}
	}
	if c.data == c.media {
		c.data, c.klv = nil, nil // one media is set up once
	}
	for _, m := range desc.Medias {
		for _, f := range m.Formats {
			c.infos = append(c.infos, TrackInfo{
				Kind: kindOf(m, f), Codec: codecName(f), ClockRateHz: f.ClockRate(),
				Used: f == c.video || c.data != nil && c.video != nil && f == c.klv,
			})
			if len(c.infos) == maxTracks {
				return c
			}
		}
	}
	return c
}

// maxTracks bounds the tracks that are named; no camera has so many.
const maxTracks = 16

const codecKLV = "KLV"

// codecName names a format. The library writes smpte336m (RFC 6597) wrongly and so does not know it, nor ONVIF's
// metadata (ONVIF Streaming Specification, section 5.1.2.1.1).
func codecName(f format.Format) string {
	encoding, _, _ := strings.Cut(f.RTPMap(), "/")
	switch strings.ToLower(encoding) {
	case "smpte336m", "smtpe336m":
		return codecKLV
	case "vnd.onvif.metadata":
		return "ONVIF metadata"
	}
	switch f := f.(type) {
	case *format.H264:
		return string(H264)
	case *format.H265:
		return string(H265)
	case *format.MPEGTS:
		return "MPEG-TS"
	case *format.MPEG4Audio, *format.MPEG4AudioLATM:
		return "AAC"
	case *format.MJPEG:
		return "MJPEG"
	case *format.Generic:
		if encoding == "" {
			return "unnamed"
		}
		return short(encoding)
	default:
		return f.Codec()
	}
}

func kindOf(m *description.Media, f format.Format) string {
	switch codecName(f) {
	case codecKLV, "ONVIF metadata":
		return "metadata"
	}
	switch m.Type {
	case description.MediaTypeVideo, description.MediaTypeAudio:
		return string(m.Type)
	}
	return "other"
}

// short bounds a name that a source made up.
func short(s string) string {
	const most = 32
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// names lists tracks, for the error that says why a source cannot be used.
func names(infos []TrackInfo) string {
	if len(infos) == 0 {
		return "nothing"
	}
	list := make([]string, len(infos))
	for i, t := range infos {
		list[i] = t.Codec
	}
	return strings.Join(list, ", ")
}

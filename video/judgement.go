package video

import (
	"fmt"
	"time"

	"vedette/video/ingest"
)

// problem is what stands against the stream: first what nobody can play.
func (s *seen) problem(now time.Time, live bool) Problem {
	for _, p := range []Problem{s.order(now), s.structure(), s.missing(live && now.Sub(s.begun) > keyWait)} {
		if p.Code != "" {
			return p
		}
	}
	if s.codec == ingest.H265 {
		return s.format265()
	}
	return s.format264()
}

// order names pictures that are shown in another order than they are sent: WebRTC has no place for the decoder's delay.
func (s *seen) order(now time.Time) Problem {
	if s.reordered.IsZero() || now.Sub(s.reordered) > disorder {
		return Problem{}
	}
	return Problem{
		ProblemBFrames,
		"the stream has B-frames, which browsers cannot play live: set the camera to no B-frames (GOP structure IPPP)", PlaysNo,
	}
}

// structure names ways of coding that no browser takes.
func (s *seen) structure() Problem {
	const mend = "which browsers cannot play: set the camera to Baseline, Main or High profile"
	switch {
	case s.codec != ingest.H264:
	case s.partitions:
		return Problem{ProblemPartitions, "the stream uses data partitioning, " + mend, PlaysNo}
	case s.haveSPS && s.avc.Profile == 88:
		return Problem{ProblemProfile, "the stream is H.264 Extended profile, " + mend, PlaysNo}
	}
	return Problem{}
}

// missing names what a decoder waits for in vain.
func (s *seen) missing(waited bool) Problem {
	switch {
	case s.broken != "":
		return Problem{ProblemParameterSets, "the stream's parameter sets cannot be read (" + s.broken + "): restart the camera or its stream", PlaysNo}
	case !waited:
	case !s.haveSPS || !s.havePPS:
		return Problem{
			ProblemParameterSets, "the stream has no parameter sets, neither in the session description nor with its pictures: " +
				"set the camera to send them with each key picture", PlaysNo,
		}
	case s.keys == 0:
		return Problem{
			ProblemNoKey, fmt.Sprintf("no key picture has come for %d s: set the camera's key picture interval to 1 or 2 s, and intra refresh off",
				int(keyWait.Seconds())), PlaysNo,
		}
	}
	return Problem{}
}

// format264 names formats of the picture that only some browsers decode.
func (s *seen) format264() Problem {
	f := s.avc
	switch {
	case !s.haveSPS:
	case f.Chroma != 1:
		return someFormat(ProblemChroma, "the picture's colours are coded as "+chroma(f.Chroma), "4:2:0")
	case f.BitDepth > 8:
		return someFormat(ProblemBitDepth, fmt.Sprintf("the picture has %d bits a sample", f.BitDepth), "8 bits")
	case f.Interlaced:
		return someFormat(ProblemInterlaced, "the picture is interlaced", "progressive pictures")
	case f.Profile != 66 && f.Profile != 77 && f.Profile != 100:
		return someFormat(ProblemProfile, fmt.Sprintf("the stream is H.264 profile %d", f.Profile), "Baseline, Main or High profile")
	case f.Level > 52:
		return someFormat(ProblemLevel, fmt.Sprintf("the stream is H.264 level %d.%d", f.Level/10, f.Level%10),
			"a smaller picture or fewer pictures a second (level 5.2 at most)")
	}
	return Problem{}
}

func (s *seen) format265() Problem {
	what := "the stream is H.265"
	switch f := s.hevc; {
	case !s.haveSPS:
	case f.Chroma != 1:
		what += " with colours coded as " + chroma(f.Chroma)
	case f.BitDepth > 8:
		what += fmt.Sprintf(" with %d bits a sample", f.BitDepth)
	case f.Interlaced:
		what += ", interlaced"
	}
	return someFormat(ProblemH265, what, "H.264 (without B-frames)")
}

// hints says what would make a better picture, or better use of it.
func (s *seen) hints(now time.Time, live bool) []Hint {
	if !live {
		return nil
	}
	var out []Hint
	if apart := max(s.interval, now.Sub(s.lastKey)); s.keys > 0 && apart > keyWait {
		out = append(out, Hint{
			HintRareKeys, fmt.Sprintf("key pictures are %.0f s apart, so the picture recovers slowly after loss: "+
				"set the camera's key picture interval to 1 or 2 s", apart.Seconds()),
		})
	}
	if h, ok := s.clock.hint(now); ok {
		out = append(out, h)
	}
	if h, ok := s.metadata.hint(now); ok {
		out = append(out, h)
	}
	return out
}

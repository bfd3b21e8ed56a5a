package video

import (
	"errors"
	"fmt"

	"vedette/video/ingest"
)

// Plays says who can play a stream that has a problem.
type Plays string

// Nobody, or the browsers that can: the others show nothing or a broken picture.
const (
	PlaysNo   Plays = "no"
	PlaysSome Plays = "some"
)

// ProblemCode names what stands against a feed.
type ProblemCode string

// What can stand against a feed: first what the stream is, then what the source answered.
const (
	ProblemBFrames       ProblemCode = "bFrames"
	ProblemPartitions    ProblemCode = "dataPartitioning"
	ProblemParameterSets ProblemCode = "noParameterSets"
	ProblemNoKey         ProblemCode = "noKeyPicture"
	ProblemProfile       ProblemCode = "profile"
	ProblemLevel         ProblemCode = "level"
	ProblemChroma        ProblemCode = "chroma"
	ProblemBitDepth      ProblemCode = "bitDepth"
	ProblemInterlaced    ProblemCode = "interlaced"
	ProblemH265          ProblemCode = "h265"
	ProblemNoVideo       ProblemCode = "noVideo"
	ProblemSignIn        ProblemCode = "signIn"
	ProblemNotFound      ProblemCode = "notFound"
	ProblemTLS           ProblemCode = "tls"
	ProblemSource        ProblemCode = "source"
)

// Problem is what stands against a feed, and how to mend it. The zero value: nothing.
type Problem struct {
	// Code names it for programs.
	Code ProblemCode
	// Words say it, with the mend.
	Words string
	// Plays is no or some.
	Plays Plays
}

// ofStream reports whether it is the stream itself that no browser plays, not the way to it.
func (p Problem) ofStream() bool {
	switch p.Code {
	case ProblemBFrames, ProblemPartitions, ProblemProfile, ProblemNoVideo:
		return p.Plays == PlaysNo
	}
	return false
}

// HintCode names a hint.
type HintCode string

// Hints: what plays, and would play better or tell more otherwise.
const (
	HintRareKeys      HintCode = "rareKeyPictures"
	HintFalseClock    HintCode = "falseClock"
	HintMetadataClock HintCode = "metadataClock"
)

// Hint says what would make a picture that plays better.
type Hint struct {
	// Code names it for programs.
	Code HintCode
	// Words say it, with the mend.
	Words string
}

// someFormat is a format that only some browsers decode, and the format to set instead.
func someFormat(code ProblemCode, what, instead string) Problem {
	return Problem{code, fmt.Sprintf("%s, which only some browsers play: set the camera to %s", what, instead), PlaysSome}
}

// chroma names a chroma_format_idc.
func chroma(idc int) string {
	return [...]string{"grey (4:0:0)", "4:2:0", "4:2:2", "4:4:4"}[idc&3]
}

// sourceProblem is what an attempt to reach a source ended with.
func sourceProblem(err error) Problem {
	code := ProblemSource
	switch {
	case err == nil:
		return Problem{}
	case errors.Is(err, ingest.ErrUnsupported):
		code = ProblemNoVideo
	case errors.Is(err, ingest.ErrSignIn):
		code = ProblemSignIn
	case errors.Is(err, ingest.ErrNotFound):
		code = ProblemNotFound
	case errors.Is(err, ingest.ErrTLS):
		code = ProblemTLS
	}
	return Problem{code, err.Error(), PlaysNo}
}

// Package still turns a group of coded pictures into one JPEG. A camera's bytes are hostile, so each picture is decoded in a
// child process of its own (RunChild), which is killed when its time is over: H.264 by OpenH264, and what that does not
// take by an ffmpeg on the PATH, which the child becomes after it has given up files, network and endless memory.
package still

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"log/slog"
	"os/exec"
	"strings"
	"time"
)

var (
	// ErrNoDecoder means that this computer has nothing that decodes the pictures; the text says what to install.
	ErrNoDecoder = errors.New("there is no decoder")
	// ErrUndecodable means that a decoder has refused them.
	ErrUndecodable = errors.New("the picture cannot be decoded")
	// ErrBusy means that as many pictures are being made as this computer should.
	ErrBusy = errors.New("too many pictures are being made at once: try again in a few seconds")
)

const (
	// patience is how long a child may take.
	patience = 15 * time.Second
	// atOnce is how many children run at once, mostWaiting how many requests may wait for one.
	atOnce, mostWaiting = 2, 16
	// mostJPEG bounds what is taken from a child.
	mostJPEG = 32 << 20
	mostSide = 8192
)

// Codec names a video codec.
type Codec string

// The codecs.
const (
	H264 Codec = "H264"
	H265 Codec = "H265"
)

// Config says how a child is started: a command that calls RunChild with the arguments that are added to it.
type Config struct {
	// Command is the child's argument vector. Empty: there is no decoder.
	Command []string
	// Env is the child's whole environment, as "KEY=value".
	Env []string
	// FFmpeg is the program to use where OpenH264 does not do. Default: the one on the PATH.
	FFmpeg string
	// Log receives log lines. nil: none.
	Log *slog.Logger
}

// Group is a run of pictures, the first of which is a key picture.
type Group struct {
	// Codec is that of the pictures.
	Codec Codec
	// Units are the access units in Annex B form, in the order in which they were sent.
	Units [][]byte
	// FullRange says that H.264 uses all values of a byte for light and colour.
	FullRange bool
}

// Maker makes pictures.
type Maker struct {
	cfg     Config
	log     *slog.Logger
	running chan struct{} // a token for each child that may run
	waiting chan struct{} // and for each request
}

// New makes a Maker.
func New(cfg Config) *Maker {
	m := &Maker{cfg: cfg, log: cfg.Log, running: make(chan struct{}, atOnce), waiting: make(chan struct{}, mostWaiting)}
	if m.log == nil {
		m.log = slog.New(slog.DiscardHandler)
	}
	return m
}

// Picture is one picture.
type Picture struct {
	// JPEG is the file.
	JPEG []byte
	// Width and Height are in pixels.
	Width, Height int
}

// JPEG decodes a group and returns its last picture. Errors: ErrNoDecoder, ErrUndecodable, ErrBusy, and that of ctx.
func (m *Maker) JPEG(ctx context.Context, g Group) (Picture, error) {
	if len(m.cfg.Command) == 0 {
		return Picture{}, fmt.Errorf("%w: this station was started without one", ErrNoDecoder)
	}
	select {
	case m.waiting <- struct{}{}:
		defer func() { <-m.waiting }()
	default:
		return Picture{}, ErrBusy
	}
	select {
	case m.running <- struct{}{}:
		defer func() { <-m.running }()
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var refused error
	if g.Codec == H264 {
		p, err := m.run(ctx, frame(g), string(H264))
		if err == nil || ctx.Err() != nil {
			return p, err
		}
		refused = err
	}
	ffmpeg := m.ffmpeg()
	if ffmpeg == "" {
		return Picture{}, lacking(g.Codec, refused)
	}
	p, err := m.run(ctx, bytes.Join(g.Units, nil), string(g.Codec), ffmpeg)
	return p, errors.Join(err, refused)
}

// lacking says what would decode a codec; refused is why OpenH264 has not.
func lacking(c Codec, refused error) error {
	if refused == nil {
		return fmt.Errorf("%w for %s: install ffmpeg on the station's computer", ErrNoDecoder, c)
	}
	if errors.Is(refused, ErrNoDecoder) {
		return fmt.Errorf("%w; an ffmpeg would do too", refused)
	}
	return fmt.Errorf("%w; an ffmpeg on the station's computer may take it", refused)
}

func (m *Maker) ffmpeg() string {
	name := m.cfg.FFmpeg
	if name == "" {
		name = "ffmpeg"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

// run has a child make the picture.
func (m *Maker) run(ctx context.Context, input []byte, args ...string) (Picture, error) {
	cmd := exec.CommandContext(ctx, m.cfg.Command[0], append(m.cfg.Command[1:len(m.cfg.Command):len(m.cfg.Command)], args...)...) //nolint:gosec // our own binary, by configuration
	cmd.Env = append([]string{"GOMAXPROCS=1"}, m.cfg.Env...)
	cmd.Dir = "/"
	cmd.Stdin = bytes.NewReader(input)
	out, said := &bounded{most: mostJPEG}, &bounded{most: 4 << 10}
	cmd.Stdout, cmd.Stderr = out, said
	cmd.WaitDelay = time.Second
	dieWithParent(cmd)
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return Picture{}, fmt.Errorf("decode a picture: %w", ctx.Err())
	case err != nil && cmd.ProcessState != nil && cmd.ProcessState.ExitCode() == exitAbsent:
		return Picture{}, fmt.Errorf("%w: %s", ErrNoDecoder, said.lastLine())
	case err != nil:
		m.log.Warn("a picture could not be decoded", "args", args, "error", err, "child", said.lastLine())
		return Picture{}, fmt.Errorf("%w: %w: %s", ErrUndecodable, err, said.lastLine())
	}
	picture := lastJPEG(out.buf)
	head, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil || head.Width > mostSide || head.Height > mostSide {
		return Picture{}, fmt.Errorf("%w: nothing came out: %s", ErrUndecodable, said.lastLine())
	}
	return Picture{JPEG: picture, Width: head.Width, Height: head.Height}, nil
}

// lastJPEG is the last of several JPEG files one after the other: within one, the mark of a beginning does not occur.
func lastJPEG(all []byte) []byte {
	return all[max(0, bytes.LastIndex(all, []byte{0xff, 0xd8, 0xff})):]
}

// bounded keeps the last bytes that were written to it, up to a number.
type bounded struct {
	buf  []byte
	most int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	b.buf = append(b.buf, p...)
	if extra := len(b.buf) - b.most; extra > 0 {
		b.buf = append(b.buf[:0], b.buf[extra:]...)
	}
	return len(p), nil
}

func (b *bounded) lastLine() string {
	text := strings.TrimSpace(string(b.buf))
	return text[strings.LastIndexByte(text, '\n')+1:]
}

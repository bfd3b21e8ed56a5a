package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"vedette/video/decode"
	"vedette/video/thermal"
	"vedette/video/thermal/network"
)

// runDecodeChild is the process in which the bytes of cameras are decoded (see video/decode).
func runDecodeChild(_ context.Context, env environment, args []string) error {
	fs := newFlags("decode-child")
	if err := parseFlags(env, fs, args, true); err != nil {
		return err
	}
	codec := decode.Codec(fs.Arg(0))
	if fs.NArg() != 1 || codec != decode.H264 && codec != decode.H265 {
		return usagef("usage: vedette decode-child h264|h265")
	}
	return decode.RunChild(env.in, env.out, codec)
}

// stillDetections is one line of `vedette detect`.
type stillDetections struct {
	File       string           `json:"file"`
	Width      int              `json:"width"`
	Height     int              `json:"height"`
	Detections []stillDetection `json:"detections"`
	Error      string           `json:"error,omitempty"`
}

type stillDetection struct {
	Box   [4]float64 `json:"bbox"` // x, y, width, height in pixels
	Score float64    `json:"score"`
	Class string     `json:"class"`
}

const detectUsage = "usage: vedette detect [--out FILE|-] [--weights FILE] [--altitude-agl M --hfov DEG [--tilt DEG]] IMAGE…"

func runDetect(ctx context.Context, env environment, args []string) (err error) {
	fs := newFlags("detect")
	outPath := fs.String("out", "-", "output `file`; - is standard output")
	weightsPath := fs.String("weights", "", "`file` of weights in place of the built-in ones")
	var view thermal.View
	fs.Float64Var(&view.AltitudeAGLM, "altitude-agl", 0, "the camera's height above the ground in `metres`; with --hfov it lowers the scores of implausible sizes")
	fs.Float64Var(&view.HFOVDeg, "hfov", 0, "horizontal field of view in `degrees`")
	fs.Float64Var(&view.TiltDeg, "tilt", 0, "`degrees` below the horizon, 90 looking straight down")
	if err := parseFlags(env, fs, args, true); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usagef(detectUsage)
	}
	if err := checkView(fs, view); err != nil {
		return usageError{err}
	}
	detector, err := newDetector(*weightsPath, view)
	if err != nil {
		return err
	}
	var sink io.Writer = env.out
	if *outPath != "-" {
		f, createErr := os.Create(*outPath)
		if createErr != nil {
			return usageError{createErr}
		}
		defer func() {
			if closeErr := f.Close(); err == nil && closeErr != nil {
				err = fmt.Errorf("write %s: %w", *outPath, closeErr)
			}
		}()
		sink = f
	}
	return detectAll(ctx, detector, fs.Args(), sink)
}

// checkView refuses hints that say nothing or cannot be.
func checkView(fs *flag.FlagSet, v thermal.View) error {
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	within := func(name string, value, most float64) error {
		if given[name] && !(value > 0 && value <= most) {
			return fmt.Errorf("--%s %g: it must be above 0 and at most %g", name, value, most)
		}
		return nil
	}
	err := errors.Join(within("altitude-agl", v.AltitudeAGLM, 20_000), within("hfov", v.HFOVDeg, 170), within("tilt", v.TiltDeg, 90))
	switch {
	case err != nil:
		return err
	case given["altitude-agl"] != given["hfov"]:
		return errors.New("--altitude-agl and --hfov tell sizes only together")
	case given["tilt"] && !given["hfov"]:
		return errors.New("--tilt needs --altitude-agl and --hfov")
	}
	return nil
}

// newDetector makes a detector of the weights in a file, or of the built-in ones.
func newDetector(path string, view thermal.View) (thermal.Detector, error) {
	if path == "" {
		w, err := thermal.StandardWeights()
		if err != nil {
			return nil, err
		}
		return thermal.NewLearned(w, thermal.LearnedConfig{View: view})
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, usageError{err}
	}
	w, err := network.Parse(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	d, err := thermal.NewLearned(w, thermal.LearnedConfig{View: view})
	if err != nil {
		return nil, usageError{fmt.Errorf("%s: %w", path, err)}
	}
	return d, nil
}

// detectAll writes a line for every picture. One that cannot be read does not stop the rest.
func detectAll(ctx context.Context, detector thermal.Detector, paths []string, sink io.Writer) error {
	out := bufio.NewWriter(sink)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	failed := 0
	for _, path := range paths {
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), out.Flush())
		}
		line := detectFile(detector, path)
		if line.Error != "" {
			failed++
		}
		if err := enc.Encode(line); err != nil {
			return fmt.Errorf("write detections: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write detections: %w", err)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d pictures could not be read; their lines say why", failed, len(paths))
	}
	return nil
}

func detectFile(detector thermal.Detector, path string) stillDetections {
	line := stillDetections{File: path, Detections: []stillDetection{}}
	gray, err := thermal.ReadGray(path)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	line.Width, line.Height = gray.Width, gray.Height
	for _, b := range detector.Detect(gray) {
		class, _ := b.Class.Best()
		line.Detections = append(line.Detections, stillDetection{
			Box:   [4]float64{round(b.X, 100), round(b.Y, 100), round(b.W, 100), round(b.H, 100)},
			Score: round(b.Score, 1_000_000), Class: class,
		})
	}
	return line
}

// round keeps the parts of one that a reader can use.
func round(v, parts float64) float64 { return math.Round(v*parts) / parts }

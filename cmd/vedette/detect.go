package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/draw"
	"os"

	// The formats of still pictures that the detector takes.
	_ "image/jpeg"
	_ "image/png"

	"vedette/video/decode"
	"vedette/video/thermal"
)

// runDecodeChild is the process in which the bytes of cameras are decoded (see video/decode).
func runDecodeChild(_ context.Context, env environment, args []string) error {
	if err := parseFlags(env, newFlags("decode-child"), args, false); err != nil {
		return err
	}
	return decode.RunChild(env.in, env.out)
}

// detection is one line of `vedette detect`.
type detection struct {
	File   string         `json:"file"`
	Width  int            `json:"width,omitempty"`
	Height int            `json:"height,omitempty"`
	Boxes  []detectionBox `json:"boxes"`
	Error  string         `json:"error,omitempty"`
}

type detectionBox struct {
	X     float64            `json:"x"`
	Y     float64            `json:"y"`
	W     float64            `json:"w"`
	H     float64            `json:"h"`
	Score float64            `json:"score"`
	Class string             `json:"class"`
	Probs map[string]float64 `json:"classProbabilities"`
}

func runDetect(ctx context.Context, env environment, args []string) (err error) {
	fs := newFlags("detect")
	outPath := fs.String("out", "-", "output `file`; - is standard output")
	if err := parseFlags(env, fs, args, true); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		return usagef("usage: vedette detect [--out FILE|-] IMAGE…")
	}
	out := bufio.NewWriter(env.out)
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
		out = bufio.NewWriter(f)
	}
	detector := thermal.NewHotSpots(thermal.Config{})
	enc := json.NewEncoder(out)
	failed := 0
	for _, path := range fs.Args() {
		if ctx.Err() != nil {
			return ctx.Err()
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
		return fmt.Errorf("%d of %d pictures could not be read", failed, fs.NArg())
	}
	return nil
}

func detectFile(detector thermal.Detector, path string) detection {
	line := detection{File: path, Boxes: []detectionBox{}}
	gray, err := readGray(path)
	if err != nil {
		line.Error = err.Error()
		return line
	}
	line.Width, line.Height = gray.Rect.Dx(), gray.Rect.Dy()
	for _, b := range detector.Detect(&thermal.Gray{Pix: gray.Pix, Stride: gray.Stride, Width: line.Width, Height: line.Height}) {
		class, _ := b.Class.Best()
		line.Boxes = append(line.Boxes, detectionBox{
			X: b.X, Y: b.Y, W: b.W, H: b.H, Score: b.Score, Class: class,
			Probs: map[string]float64{"person": b.Class.Person, "vehicle": b.Class.Vehicle, "animal": b.Class.Animal, "other": b.Class.Other},
		})
	}
	return line
}

func readGray(path string) (*image.Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	img, _, err := image.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("read picture %s: %w", path, err)
	}
	gray := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(gray, gray.Rect, img, img.Bounds().Min, draw.Src)
	return gray, nil
}

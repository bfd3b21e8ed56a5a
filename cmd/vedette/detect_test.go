package main

import (
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// warm is a cool ground with two warm standing figures, the first at 60, 50.
func warm(x, y int) uint8 {
	if y >= 50 && y < 66 && (x >= 60 && x < 68 || x >= 120 && x < 128) {
		return 200
	}
	return uint8(70 + (x*x*7+y*y*13+x*y*3)%11)
}

// writePicture makes a picture file and returns its path.
func writePicture(t *testing.T, name string, img image.Image, encode func(io.Writer, image.Image) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func pictures(t *testing.T) (colour, grey string) {
	t.Helper()
	const w, h = 190, 121
	rgb, g := image.NewRGBA(image.Rect(0, 0, w, h)), image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := warm(x, y)
			rgb.Set(x, y, color.RGBA{v, v, v, 255})
			g.Set(x, y, color.Gray{v})
		}
	}
	return writePicture(t, "<colour>.png", rgb, png.Encode), writePicture(t, "grey.jpg", g, func(w io.Writer, img image.Image) error {
		return jpeg.Encode(w, img, &jpeg.Options{Quality: 95})
	})
}

// TestDetectWritesALinePerPicture runs over good pictures and bad ones in between.
func TestDetectWritesALinePerPicture(t *testing.T) {
	t.Parallel()
	colour, grey := pictures(t)
	garbage := filepath.Join(t.TempDir(), "garbage.png")
	if err := os.WriteFile(garbage, []byte("\x89PNG\r\n\x1a\nnot really"), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "missing.png")
	files := []string{colour, missing, garbage, t.TempDir(), grey}
	var r commandRun
	if status := run(t.Context(), r.env(""), append([]string{"detect"}, files...)); status != exitFailed {
		t.Errorf("status %d: %s", status, r.errOut.String())
	}
	if !strings.Contains(r.errOut.String(), "3 of 5 pictures") {
		t.Errorf("said %q", r.errOut.String())
	}
	lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
	if len(lines) != len(files) {
		t.Fatalf("%d lines for %d files:\n%s", len(lines), len(files), r.out.String())
	}
	for i, line := range lines {
		checkLine(t, line, files[i], files[i] == colour || files[i] == grey)
	}
}

func checkLine(t *testing.T, line, file string, good bool) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(line))
	dec.DisallowUnknownFields()
	var got struct {
		File          string
		Width, Height int
		Error         string
		Detections    []struct {
			BBox  [4]float64
			Score float64
			Class string
		}
	}
	if err := dec.Decode(&got); err != nil || got.File != file || got.Detections == nil {
		t.Fatalf("%s: %v: %s", file, err, line)
	}
	if !good {
		if !strings.Contains(got.Error, file) || len(got.Detections) != 0 {
			t.Errorf("%s: the error must name the file: %s", file, line)
		}
		return
	}
	if got.Error != "" || got.Width != 190 || got.Height != 121 {
		t.Errorf("%s: %s", file, line)
	}
	found := 0
	for _, d := range got.Detections {
		if d.Score < 0.03 || d.Score > 1 {
			t.Errorf("%s: score %g", file, d.Score)
		}
		cx, cy := d.BBox[0]+d.BBox[2]/2, d.BBox[1]+d.BBox[3]/2
		if d.Class == "person" && d.Score > 0.3 && cy > 50 && cy < 66 && (cx > 60 && cx < 68 || cx > 120 && cx < 128) {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%s: %d of 2 people found: %s", file, found, line)
	}
}

func TestDetectRefusesBadFlags(t *testing.T) {
	t.Parallel()
	colour, _ := pictures(t)
	for says, args := range map[string][]string{
		"only together":         {"--altitude-agl", "60"},
		"--tilt needs":          {"--tilt", "60"},
		"--hfov 180":            {"--altitude-agl", "60", "--hfov", "180"},
		"--altitude-agl NaN":    {"--altitude-agl", "NaN", "--hfov", "30"},
		"--tilt 0":              {"--altitude-agl", "60", "--hfov", "30", "--tilt", "0"},
		"no such file":          {"--weights", filepath.Join(t.TempDir(), "none.net")},
		"weights of a network:": {"--weights", colour},
	} {
		var r commandRun
		if status := run(t.Context(), r.env(""), append(append([]string{"detect"}, args...), colour)); status != exitUsage || !strings.Contains(r.errOut.String(), says) {
			t.Errorf("%v: status %d, said %q, want %q", args, status, r.errOut.String(), says)
		}
	}
}

func TestDetectTakesWeightsHintsAndAFile(t *testing.T) {
	t.Parallel()
	colour, _ := pictures(t)
	out := filepath.Join(t.TempDir(), "out.jsonl")
	var plain, r commandRun
	if status := run(t.Context(), plain.env(""), []string{"detect", colour}); status != exitDone {
		t.Fatalf("status %d: %s", status, plain.errOut.String())
	}
	args := []string{"detect", "--out", out, "--weights", "../../video/thermal/weights/standard.net", colour}
	if status := run(t.Context(), r.env(""), args); status != exitDone || r.out.String() != "" {
		t.Fatalf("status %d: %s%s", status, r.out.String(), r.errOut.String())
	}
	written, err := os.ReadFile(out)
	if err != nil || string(written) != plain.out.String() {
		t.Errorf("%v: the same weights from a file say\n%s\nbuilt in\n%s", err, written, plain.out.String())
	}
	var giants commandRun
	if status := run(t.Context(), giants.env(""), []string{"detect", "--altitude-agl", "9000", "--hfov", "30", "--tilt", "90", colour}); status != exitDone {
		t.Fatalf("status %d: %s", status, giants.errOut.String())
	}
	if strings.Count(giants.out.String(), "bbox") >= strings.Count(plain.out.String(), "bbox") {
		t.Errorf("people of 30 m keep their scores:\n%s", giants.out.String())
	}
}

// Command brightest is the smallest detector that a station can run in place of its own: it finds the brightest spot of each
// picture. Start from it when you write one (docs/detection.md, section "Another detector").
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// frame is the line before the bytes of a picture.
type frame struct {
	Frame  uint64 `json:"frame"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type detection struct {
	Box   [4]int  `json:"bbox"` // x, y, width, height
	Score float64 `json:"score"`
	Class string  `json:"class"`
}

type answer struct {
	Frame      uint64      `json:"frame"`
	Detections []detection `json:"detections"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err) // the station shows the last line
		os.Exit(1)
	}
}

// serve answers pictures until there are no more.
func serve(in io.Reader, out io.Writer) error {
	r, say := bufio.NewReader(in), json.NewEncoder(out)
	for {
		line, err := r.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var f frame
		if err := json.Unmarshal(line, &f); err != nil {
			return err
		}
		pix := make([]byte, f.Width*f.Height)
		if _, err := io.ReadFull(r, pix); err != nil {
			return err
		}
		if err := say.Encode(answer{f.Frame, look(pix, f.Width)}); err != nil {
			return err
		}
	}
}

// look returns the box of all pixels that are nearly white.
func look(pix []byte, width int) []detection {
	x0, y0, x1, y1 := width, len(pix), -1, -1
	for i, v := range pix {
		if v > 240 {
			x0, y0, x1, y1 = min(x0, i%width), min(y0, i/width), max(x1, i%width), max(y1, i/width)
		}
	}
	if x1 < 0 {
		return []detection{}
	}
	return []detection{{Box: [4]int{x0, y0, x1 - x0 + 1, y1 - y0 + 1}, Score: 0.5, Class: "other"}}
}

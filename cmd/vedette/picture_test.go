//go:build !race

// It is a part of TestWholeChain, which the race detector is too slow for.

package main

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"testing"
	"time"

	"vedette/internal/geo"
	"vedette/ui/api"
)

// checkPictures waits until an alert has a picture, and looks whether its box is on something warm and its place near a person of the truth.
func checkPictures(t *testing.T, c *client, alertID string, truth func() truthLine) {
	t.Helper()
	var p api.AlertPicture
	c.until(60*time.Second, "a picture of what the alert is about", func() bool {
		var alerts []api.Alert
		c.call("GET", "/alerts", nil, &alerts)
		for _, a := range alerts {
			if a.ID == alertID && len(a.Pictures) > 0 {
				p = a.Pictures[len(a.Pictures)-1]
			}
		}
		return p.N > 0
	})
	file := c.text(fmt.Sprintf("/api/v1/alerts/%s/pictures/%d", alertID, p.N))
	m, err := jpeg.Decode(bytes.NewReader([]byte(file)))
	if err != nil || m.Bounds().Dx() != p.Width || m.Bounds().Dy() != p.Height {
		t.Fatalf("%v, %+v", err, p)
	}
	light := func(x0, y0, x1, y1 float64) (most uint32) {
		for y := int(y0); y <= int(y1); y++ {
			for x := int(x0); x <= int(x1); x++ {
				v, _, _, _ := m.At(x, y).RGBA()
				most = max(most, v>>8)
			}
		}
		return most
	}
	b := p.Box
	in := light(b.X, b.Y, b.X+b.W, b.Y+b.H)
	beside := max(light(b.X-3*b.W, b.Y, b.X-2*b.W, b.Y+b.H), light(b.X+3*b.W, b.Y, b.X+4*b.W, b.Y+b.H))
	if in < beside+20 {
		t.Errorf("the box of %+v holds nothing warm: %d in it, %d beside it", p, in, beside)
	}
	nearest := 1e9
	for _, o := range truth().Objects {
		if o.Class == "person" {
			nearest = min(nearest, geo.Distance(p.LatLon, geo.LatLon{Lat: o.Lat, Lon: o.Lon}))
		}
	}
	if age := time.Since(p.At.Time).Seconds(); nearest > p.ErrorM+10+3*age {
		t.Errorf("the picture is placed %.0f m from the nearest person, of %.0f s ago: %+v", nearest, age, p)
	}
	t.Logf("picture %d of %s by %s, %d bytes: box %.0f x %.0f, light %d against %d, %.0f m from the truth", p.N, alertID, p.Feed, len(file), b.W, b.H, in, beside, nearest)
}

package main

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"vedette/video/thermal"
	"vedette/video/thermal/outside"
)

// asProgram has the test binary be the program itself.
const asProgram = "VEDETTE_TEST_BRIGHTEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestTheStationCanRunIt(t *testing.T) {
	d := outside.New(outside.Config{Command: []string{os.Args[0]}, Env: []string{asProgram + "=1"}})
	defer d.Close()
	for i, size := range [][2]int{{64, 48}, {64, 48}, {31, 7}, {640, 512}} { // the size may change in flight
		g := &thermal.Gray{Pix: make([]byte, size[0]*size[1]), Stride: size[0], Width: size[0], Height: size[1]}
		if got, ok := d.Detect(g); !ok || len(got) != 0 {
			t.Fatalf("picture %d, black: %+v, %v; %s", i, got, ok, d.Status())
		}
		g.Pix[3*size[0]+5], g.Pix[5*size[0]+9] = 255, 250
		got, ok := d.Detect(g)
		want := thermal.Box{X: 5, Y: 3, W: 5, H: 3, Score: 0.5, Class: thermal.Classes{Other: 1}}
		if !ok || len(got) != 1 || got[0] != want {
			t.Fatalf("picture %d: %+v, %v, want %+v", i, got, ok, want)
		}
	}
	if restarts, refused := d.Counts(); restarts+refused > 0 {
		t.Errorf("%d restarts, %d refused", restarts, refused)
	}
}

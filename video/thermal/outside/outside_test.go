package outside

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"vedette/video/thermal"
)

// childEnv turns this test binary into a detector program of some kind.
const childEnv = "VEDETTE_TEST_OUTSIDE"

func TestMain(m *testing.M) {
	switch mode := os.Getenv(childEnv); mode {
	case "":
		goleak.VerifyTestMain(m)
	case "die":
		_, _ = os.Stderr.WriteString("no GPU here\n")
		os.Exit(3)
	default:
		play(mode)
	}
}

// play answers the pictures of 8 x 4 pixels well, but for what the mode says.
func play(mode string) {
	r := bufio.NewReader(os.Stdin)
	for n := 1; ; n++ {
		if _, err := r.ReadBytes('\n'); err != nil {
			os.Exit(0)
		}
		if _, err := io.CopyN(io.Discard, r, 32); err != nil {
			os.Exit(1)
		}
		switch {
		case mode == "hang" && n == 2:
			time.Sleep(time.Hour)
		case mode == "nonsense" && n == 2:
			fmt.Println("Loading model…")
		case mode == "endless" && n == 2:
			for {
				_, _ = os.Stdout.WriteString(strings.Repeat("x", 1<<16))
			}
		default:
			fmt.Printf("{\"frame\":%d,\"detections\":[{\"bbox\":[1,1,2,2],\"score\":0.5,\"class\":\"person\"}]}\n", n)
		}
	}
}

func start(t *testing.T, mode string) *Detector {
	t.Helper()
	d := New(Config{Command: []string{os.Args[0]}, Env: []string{childEnv + "=" + mode}, Hang: 200 * time.Millisecond})
	t.Cleanup(d.Close)
	return d
}

var picture = &thermal.Gray{Pix: make([]byte, 39), Stride: 10, Width: 8, Height: 4}

// await asks until something is so.
func await(t *testing.T, d *Detector, what string, ok func(looked bool) bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		boxes, looked := d.Detect(picture)
		if looked && len(boxes) != 1 {
			t.Fatalf("%+v", boxes)
		}
		if ok(looked) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s; it says %q", what, d.Status())
		}
		<-tick.C
	}
}

func TestBadProgramsAreEndedCountedAndStartedAgain(t *testing.T) {
	for mode, c := range map[string]struct {
		says    string
		refused bool
	}{
		"die": {"no GPU here", false}, "hang": {"did not answer in time", false},
		"nonsense": {"cannot be used", true}, "endless": {"more than 262144 bytes", true},
	} {
		d := start(t, mode)
		reasons := ""
		await(t, d, mode+": two restarts", func(bool) bool {
			reasons += d.Status() + "\n"
			restarts, _ := d.Counts()
			return restarts >= 2
		})
		if _, refused := d.Counts(); (refused > 0) != c.refused {
			t.Errorf("%s: %d answers are refused", mode, refused)
		}
		if !strings.Contains(reasons, c.says) {
			t.Errorf("%s: it says\n%s", mode, reasons)
		}
	}
}

// TestKilledAndStoppedProgramsAreReplaced does to a good program what a system does to bad ones.
func TestKilledAndStoppedProgramsAreReplaced(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		d := start(t, "good")
		await(t, d, "an answer", func(looked bool) bool { return looked })
		if err := syscall.Kill(d.process.PID(), sig); err != nil {
			t.Fatal(err)
		}
		await(t, d, "a restart", func(bool) bool { n, _ := d.Counts(); return n == 1 })
		if d.Status() == "" {
			t.Error("it does not say why it is idle")
		}
		if _, looked := d.Detect(picture); looked {
			t.Error("somebody looked before the pause was over")
		}
		await(t, d, "an answer after "+sig.String(), func(looked bool) bool { return looked })
		if d.Status() != "" {
			t.Errorf("it looks and says %q", d.Status())
		}
	}
}

func TestAProgramThatIsNotThereIsSaid(t *testing.T) {
	d := New(Config{Command: []string{"/no/such/detector"}})
	defer d.Close()
	if _, ok := d.Detect(picture); ok || !strings.Contains(d.Status(), "/no/such/detector") {
		t.Errorf("%v, %q", ok, d.Status())
	}
}

// TestInterruptEndsAWait has a program that never answers and a station that wants to end.
func TestInterruptEndsAWait(t *testing.T) {
	d := New(Config{Command: []string{os.Args[0]}, Env: []string{childEnv + "=hang"}, Hang: time.Hour})
	defer d.Close()
	if _, ok := d.Detect(picture); !ok {
		t.Fatal(d.Status())
	}
	go d.Interrupt()
	if _, ok := d.Detect(picture); ok {
		t.Error("somebody looked")
	}
	if n, _ := d.Counts(); n != 0 {
		t.Error("an end that was wanted is counted")
	}
}

func TestAnswers(t *testing.T) {
	for line, want := range map[string]string{
		`{"frame":7,"detections":[]}`: "[]",
		`{"frame":7}`:                 "[]",
		`{"frame":7,"detections":[{"bbox":[-2,1,4,2],"score":0.2,"class":"person"},{"bbox":[1,1,90,90],"score":0.9,"class":"vehicle"}]}`: "[{1 1 7 3 0.9 {0 1 0 0} 0} {0 1 2 2 0.2 {1 0 0 0} 0}]",
		`{"frame":7,"detections":[{"bbox":[1,1,2,2],"score":1,"classes":{"person":0.75,"animal":0.25}}]}`:                                "[{1 1 2 2 1 {0.75 0 0.25 0} 0}]",
		`{"frame":7,"detections":[{"bbox":[100,1,2,2],"score":1,"class":"other"}]}`:                                                      "[]",
		`{"frame":6,"detections":[]}`: `"frame":7`,
		`{"detections":[]}`:           `"frame":7`,
		`[]`:                          "cannot unmarshal",
		`{"frame":7,"detections":[{"bbox":[1,1,2],"score":1,"class":"other"}]}`:          "bbox",
		`{"frame":7,"detections":[{"bbox":[1,1,2,0],"score":1,"class":"other"}]}`:        "bbox",
		`{"frame":7,"detections":[{"bbox":[1,1,2,2],"score":1.5,"class":"other"}]}`:      "score",
		`{"frame":7,"detections":[{"bbox":[1,1,2,2],"score":1,"class":"tank"}]}`:         `class "tank"`,
		`{"frame":7,"detections":[{"bbox":[1,1,2,2],"score":1,"classes":{"person":0}}]}`: "probability 0",
		`{"frame":7,"detections":[{"bbox":[1,1,2,2],"score":1,"classes":{"person":2}}]}`: "must be a probability",
	} {
		boxes, err := parseAnswer([]byte(line), 7, picture, nil)
		got := fmt.Sprint(boxes)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// FuzzAnswer is what a broken program may say.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte("{\"frame\":7,\"detections\":[{\"bbox\":[1,1,2,2],\"score\":0.5,\"class\":\"person\"}]}\n"))
	f.Add([]byte("{\"frame\":7,\"detections\":[{\"bbox\":[1e308,1,1e308,2],\"score\":1e-9,\"classes\":{\"person\":1e-7}}]}\n"))
	f.Add([]byte("no line"))
	f.Fuzz(func(t *testing.T, said []byte) {
		line, err := readLine(bufio.NewReaderSize(bytes.NewReader(said), 64))
		if err != nil {
			line = said
		}
		boxes, err := parseAnswer(line, 7, picture, nil)
		if err != nil {
			return
		}
		for _, b := range boxes {
			sum := b.Class.Person + b.Class.Vehicle + b.Class.Animal + b.Class.Other
			if !(b.X >= 0 && b.Y >= 0 && b.W > 0 && b.H > 0 && b.X+b.W <= 8.000001 && b.Y+b.H <= 4.000001 && b.Score >= 0 && b.Score <= 1 && sum > 0.999 && sum < 1.001) {
				t.Fatalf("%+v", b)
			}
		}
	})
}

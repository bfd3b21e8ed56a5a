package rtspout_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bluenviron/gortsplib/v4"
)

// TestGarbageCostsNothingElse throws at the server what no client sends, signed in and not, while a reader plays.
func TestGarbageCostsNothingElse(t *testing.T) {
	t.Parallel()
	cam := camera(t, nil)
	defer cam.Stop()
	h := serve(t, cam, nil)
	p, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
	if err != nil {
		t.Fatal(err)
	}
	me := as("anna", "a:b")
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 2000)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	for _, talk := range []func(w *wire){
		func(w *wire) { _, _ = w.conn.Write(noise) },
		func(w *wire) { _, _ = w.conn.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) },
		func(w *wire) { _, _ = w.conn.Write([]byte("$\x00\xff\xff")) },
		func(w *wire) { w.want("404", "DESCRIBE", "/", me) },
		func(w *wire) { w.want("404", "DESCRIBE", "/../../etc/passwd", me) },
		func(w *wire) { w.ask("DESCRIBE", "/a", me, "Content-Length: 999999999") },
		func(w *wire) { w.want("454", "PLAY", "/a", me, "Session: nosuch") },
		func(w *wire) { w.want("501", "PLAY", "/a", me) },
		func(w *wire) { w.want("400", "SETUP", "/a/trackID=0", me, "Transport: nonsense") },
		func(w *wire) {
			w.want("400", "SETUP", "/a/trackID=7", me, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
		},
		func(w *wire) {
			w.want("400", "SETUP", "/a/trackID=0", me, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record")
		},
		func(w *wire) { w.want("461", "SETUP", "/a/trackID=0", me, "Transport: RTP/AVP;multicast") },
		func(w *wire) {
			w.want("461", "SETUP", "/a/trackID=0", me, "Transport: RTP/SAVP;unicast;client_port=5000-5001")
		},
		func(w *wire) {
			w.want("200", "SETUP", "/a/trackID=0", me, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
			w.want("400", "SETUP", "/a/trackID=0", me, "Transport: RTP/AVP/TCP;unicast;interleaved=2-3") // the same track again
		},
		func(w *wire) {
			w.want("200", "SETUP", "/a/trackID=0", me, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")
			_ = w.conn.Close() // and never plays
		},
	} {
		talk(dial(t, h.Addr()))
	}
	p.awaitUnits(t, 5)
	p.check(t)
	if st := h.Stats(); st.Readers != 1 {
		t.Errorf("%d readers", st.Readers)
	}
	// Readers that come and go leave nothing behind.
	for range 20 {
		w := dial(t, h.Addr())
		w.want("200", "DESCRIBE", "/a", me)
		if err := w.conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		_ = w.conn.Close()
		q, err := play(t, urlForm+h.Addr()+"/a", gortsplib.TransportTCP, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.close()
	}
	p.close()
	poll(t, "everybody is gone", func() bool { st := h.Stats(); return st.Readers == 0 && st.Sessions == 21 })
	if f, _ := h.video.Feed("a"); f.Viewers != 0 {
		t.Errorf("%d viewers are left", f.Viewers)
	}
}

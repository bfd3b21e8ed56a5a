package config

import (
	"errors"
	"strings"
	"testing"
)

func TestPasswordsInAddressesAreHidden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, shown string }{
		{"rtsp://post:secret@10.0.0.5:554/eo", "rtsp://post:__hidden__@10.0.0.5:554/eo"},
		{"rtsp://post:p%40ss%2Fsecret@cam/", "rtsp://post:__hidden__@cam/"},
		{"rtsp://cam/s?user=a&password=secret&x=1", "rtsp://cam/s?user=a&password=__hidden__&x=1"},
		{"rtsp://cam/s", "rtsp://cam/s"},
		{"rtsp://bad host:secret@%zz", "__hidden__"},
	} {
		if got := hideURL(c.url); got != c.shown || strings.Contains(got, "secret") {
			t.Errorf("%s: %s", c.url, got)
		}
	}
	entry := `{"id": "f", "url": "rtsp://post:secret@cam/eo", "substream": "rtsp://post:secret@cam/sub"}`
	if got := Hide(Feeds, entry); strings.Contains(got, "secret") || strings.Count(got, "__hidden__") != 2 {
		t.Error(got)
	}
	if got := Hide(Zones, entry); got != entry {
		t.Error(got)
	}
}

func TestAHeldPasswordGoesToItsOwnCameraOnly(t *testing.T) {
	t.Parallel()
	const held = `{"id": "f", "url": "rtsp://post:secret@cam/eo?token=abc"}`
	for _, c := range []struct{ url, want string }{
		{"rtsp://post:__hidden__@cam/eo?token=__hidden__", "rtsp://post:secret@cam/eo?token=abc"},
		{"rtsp://post:__hidden__@cam/thermal", "rtsp://post:secret@cam/thermal"},
		{"rtsp://post:new@cam/eo", "rtsp://post:new@cam/eo"},
		{"rtsp://post:__hidden__@thief/eo", ""},
		{"rtsps://post:__hidden__@cam/eo", ""},
		{"rtsp://other:__hidden__@cam/eo", ""},
		{"rtsp://post@thief/eo?token=__hidden__", ""},
		{"rtsp://cam/eo/__hidden__", ""},
	} {
		got, err := Reveal(Feeds, `{"id": "f", "url": "`+c.url+`"}`, held)
		switch {
		case c.want == "" && !errors.Is(err, ErrEntry):
			t.Errorf("%s: %q, %v", c.url, got, err)
		case c.want != "" && (err != nil || !strings.Contains(got, `"`+c.want+`"`)):
			t.Errorf("%s: %q, %v", c.url, got, err)
		}
		if err != nil && (strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "abc")) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
	if _, err := Reveal(Feeds, `{"id": "f", "url": "rtsp://post:__hidden__@cam/eo"}`, ""); !errors.Is(err, ErrEntry) {
		t.Errorf("of nothing held: %v", err)
	}
}

func FuzzHide(f *testing.F) {
	f.Add("rtsp://post:secret@cam/eo?password=x")
	f.Add("rtsp://%zz")
	f.Fuzz(func(t *testing.T, address string) {
		shown := hideURL(address)
		back, err := revealURL(shown, address)
		if err == nil && hideURL(back) != shown {
			t.Fatalf("%q is shown as %q and comes back as %q", address, shown, back)
		}
	})
}

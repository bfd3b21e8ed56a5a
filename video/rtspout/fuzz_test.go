package rtspout

import (
	"encoding/base64"
	"strings"
	"testing"
)

func FuzzBasic(f *testing.F) {
	f.Add("Basic " + base64.StdEncoding.EncodeToString([]byte("anna:a:b")))
	f.Add("basic  YTpi ")
	f.Add("Digest username=\"anna\"")
	f.Add("Basic")
	f.Add("Basic \x00")
	f.Fuzz(func(t *testing.T, header string) {
		name, password, ok := basic(header)
		if !ok {
			if name+password != "" && strings.Contains(name, ":") {
				t.Errorf("%q is refused and yet has a name %q", header, name)
			}
			return
		}
		// What was read is what such a header would say.
		again := "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+password))
		if n, p, ok := basic(again); !ok || n != name || p != password || strings.Contains(n, ":") {
			t.Errorf("%q reads as %q %q, and again as %q %q", header, name, password, n, p)
		}
	})
}

func TestReasonsAreSafeInAStatusLine(t *testing.T) {
	t.Parallel()
	res := answer(404, "there is no feed \"a\r\nSet-Cookie: x\" é"+strings.Repeat("x", 300))
	if strings.ContainsAny(res.StatusMessage, "\r\n") || len(res.StatusMessage) > 200 {
		t.Errorf("%q", res.StatusMessage)
	}
}

func TestFeedOfAPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/1-eo": "1-eo", "/feeds/1-eo": "1-eo", "/feeds/1-eo/": "1-eo", "": "", "/": "", "/feeds/feeds": "feeds", "/a/b": "a/b",
	} {
		if got := feedOf(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

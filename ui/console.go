package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"vedette/ui/api"
)

// console serves the built pages. Files are read and compressed once, when they are first asked for.
type console struct {
	dist fs.FS

	mu    sync.Mutex
	files map[string]*asset
}

type asset struct {
	kind    string // media type
	tag     string // ETag
	plain   []byte
	zipped  []byte // nil: not worth it
	forever bool   // its name changes with its content
}

func newConsole(dist fs.FS) *console {
	return &console{dist: dist, files: map[string]*asset{}}
}

// open finds a file of the console; it is nil where there is none.
func (c *console) open(name string) (*asset, error) {
	if !fs.ValidPath(name) || strings.HasPrefix(path.Base(name), ".") {
		return nil, nil //nolint:nilnil // no such file
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.files[name]; a != nil {
		return a, nil
	}
	info, err := fs.Stat(c.dist, name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
		return nil, nil //nolint:nilnil // no such file
	}
	if err != nil {
		return nil, fmt.Errorf("open %s of the console: %w", name, err)
	}
	plain, err := fs.ReadFile(c.dist, name)
	if err != nil {
		return nil, fmt.Errorf("read %s of the console: %w", name, err)
	}
	sum := sha256.Sum256(plain)
	a := &asset{kind: mediaType(name), tag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: plain, forever: strings.HasPrefix(name, "assets/")}
	if zipped := compress(a.kind, plain); len(zipped) < len(plain) {
		a.zipped = zipped
	}
	c.files[name] = a
	return a, nil
}

// mediaType goes by the name; the system's own table is not asked, since it differs between machines.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".geojson", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

func compress(kind string, plain []byte) []byte {
	if len(plain) < 1024 || strings.HasPrefix(kind, "image/png") || strings.HasPrefix(kind, "font/") {
		return plain
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(plain); err != nil { // into memory: cannot fail, but then plain is right
		return plain
	}
	if err := z.Close(); err != nil {
		return plain
	}
	return b.Bytes()
}

// serveConsole serves the pages; a path without a file is a place inside the console, which index.html finds.
func (s *Server) serveConsole(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		s.fail(w, r, api.NewProblem(http.StatusMethodNotAllowed, "%s takes GET", r.URL.Path))
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || path.Ext(name) == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
		name = "index.html"
	}
	a, err := s.console.open(name)
	switch {
	case err != nil:
		s.fail(w, r, err)
	case a != nil:
		a.serve(w, r)
	case name == "index.html":
		_ = writePage(w, http.StatusServiceUnavailable, "The console has not been built",
			"This program was built without its pages: the station works, and its API answers under "+base+".",
			"Run make in the source folder, which needs Node, and start the program again.")
	default:
		s.fail(w, r, api.NotFound("there is no %s", r.URL.Path))
	}
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Cache-Control", "no-cache")
	if a.forever {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", "W/"+a.tag) // weak: the same for both encodings
	if strings.Contains(r.Header.Get("If-None-Match"), a.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.plain
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			body = a.zipped
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // a file built into the program, nothing of the request; the client may be gone
	}
}

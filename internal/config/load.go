package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const maxFileBytes = 4 << 20

// Error is everything that is wrong with a configuration, one line each: file:line: key: what.
type Error struct{ Problems []string }

// Error implements error.
func (e *Error) Error() string { return strings.Join(e.Problems, "\n") }

// Load reads and checks a file. Relative paths in it count from the file's own folder. The error is an *Error where the
// contents are at fault.
func Load(path string) (Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return Config{}, fmt.Errorf("open configuration: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	raw, err := io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return Config{}, fmt.Errorf("read configuration: %w", err)
	}
	if len(raw) > maxFileBytes {
		return Config{}, &Error{Problems: []string{fmt.Sprintf("%s: larger than %d bytes", path, maxFileBytes)}}
	}
	cfg, err := Parse(path, raw)
	if err != nil {
		return Config{}, err
	}
	dir := filepath.Dir(path)
	for _, p := range []*string{&cfg.Terrain.Folder, &cfg.Maps.Folder, &cfg.TLS.Certificate, &cfg.TLS.Key, &cfg.Telemetry.Folder} {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	for i := range cfg.Links {
		if r := cfg.Links[i].Replay; r != nil && !filepath.IsAbs(r.File) {
			r.File = filepath.Join(dir, r.File)
		}
	}
	return cfg, nil
}

// Parse decodes and checks the bytes of a file and fills the defaults in; name is used in messages.
func Parse(name string, raw []byte) (Config, error) {
	var cfg Config
	if err := decode(raw, &cfg); err != nil && !errors.Is(err, io.EOF) {
		return Config{}, &Error{Problems: undecoded(name, raw, err)}
	}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return Config{}, &Error{Problems: []string{syntaxProblem(name, err)}}
	}
	c := checker{name: name, file: file}
	c.check(cfg)
	if problems := c.problems(); len(problems) > 0 {
		return Config{}, &Error{Problems: problems}
	}
	cfg.fillDefaults()
	return cfg, nil
}

func decode(raw []byte, into any) (err error) {
	defer recovered(&err)
	return yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(into)
}

// syntaxProblem puts an error of the YAML library, which knows its place, into our form.
func syntaxProblem(name string, err error) string {
	if at, ok := errors.AsType[yaml.Error](err); ok && at.GetToken() != nil {
		tk := at.GetToken()
		return fmt.Sprintf("%s:%d: %s: %s", name, tk.Position.Line, strings.TrimSpace(tk.Value), at.GetMessage())
	}
	return fmt.Sprintf("%s: %v", name, err)
}

// tokenOf is where an error of the YAML library is; nil: it does not say.
func tokenOf(err error) *token.Token {
	if at, ok := errors.AsType[yaml.Error](err); ok {
		return at.GetToken()
	}
	return nil
}

func (c *Config) fillDefaults() {
	setDefault(&c.Station.ID, "post-1")
	setDefault(&c.Station.Name, c.Station.ID)
	for i := range c.Links {
		if s := c.Links[i].Serial; s != nil {
			setDefault(&s.Baud, 57600)
		}
	}
	for i := range c.Gateways {
		if s := c.Gateways[i].Serial; s != nil {
			setDefault(&s.Baud, 115200)
		}
	}
	for i := range c.Feeds {
		setDefault(&c.Feeds[i].Camera.Kind, "eo")
	}
	for i := range c.Routes {
		setDefault(&c.Routes[i].Access, "read")
	}
	setDefault(&c.Signing.Unsigned, "refuse")
	setDefault(&c.Telemetry.FileMB, 64)
	setDefault(&c.Telemetry.Keep, 720*time.Hour)
	setDefault(&c.Telemetry.MaxGB, 20)
	setDefault(&c.Cues.StandoffM, 120)
	setDefault(&c.Cues.HeightAGL, 60)
	setDefault(&c.Cues.Expire, 5*time.Minute)
	setDefault(&c.Retention.Video, 72*time.Hour)
	setDefault(&c.Retention.Tracks, 720*time.Hour)
	setDefault(&c.Retention.Audit, 8760*time.Hour)
	setDefault(&c.Retention.Measurements, 168*time.Hour)
}

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// lineOf is the line of the value at a YAML path, or 0.
func lineOf(file *ast.File, path string) int {
	p, err := yaml.PathString("$." + path)
	if err != nil {
		return 0
	}
	node, err := p.FilterFile(file)
	if err != nil || node == nil {
		return 0
	}
	return node.GetToken().Position.Line
}

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"vedette/internal/config"
	"vedette/internal/station"
)

const tokenVariable = "VEDETTE_TOKEN" //nolint:gosec // the name of a variable

func runServe(ctx context.Context, env environment, args []string) error {
	fs := newFlags("serve")
	path := fs.String("config", "", "configuration `file` (default: vedette.yaml where it exists)")
	listen := fs.String("listen", "127.0.0.1:8080", "`address` of the console and API; TLS is needed anywhere but on loopback")
	data := fs.String("data", "data", "`folder` of the record")
	token := fs.String("token", "", "bearer `token` with every right while the station runs (or the variable "+tokenVariable+")")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	var cfg config.Config
	if *path == "" {
		if _, err := os.Stat("vedette.yaml"); err == nil {
			*path = "vedette.yaml"
		}
	}
	var err error
	if *path == "" {
		cfg, err = config.Parse("(no file)", nil)
	} else {
		cfg, err = loadConfig(*path)
	}
	if err != nil {
		return err
	}
	s, err := newStation(ctx, env, station.Config{File: cfg, DataDir: *data, Listen: *listen, Token: tokenOr(env, *token)})
	if err != nil {
		return err
	}
	return runTogether(ctx, s.Run, announce(env, s))
}

func tokenOr(env environment, token string) string {
	if token != "" {
		return token
	}
	return env.getenv(tokenVariable)
}

// newStation adds what only the command knows to a station's configuration and builds it.
func newStation(ctx context.Context, env environment, cfg station.Config) (*station.Station, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program's own file: %w", err)
	}
	if err := os.MkdirAll(cfg.DataDir, 0o750); err != nil {
		return nil, usageError{fmt.Errorf("make the data folder: %w", err)}
	}
	cfg.DecoderCommand, cfg.StillCommand = []string{self, "decode-child"}, []string{self, "still-child"}
	cfg.Version = version
	cfg.Log = newLog(env.errOut)
	s, err := station.New(ctx, cfg)
	if errors.Is(err, station.ErrNeedsTLS) {
		return nil, usageError{err}
	}
	if err != nil {
		return nil, fmt.Errorf("build the station in %s: %w", filepath.Clean(cfg.DataDir), err)
	}
	return s, nil
}

// announce prints the sign-in link once the station answers.
func announce(env environment, s *station.Station) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-s.Started():
			link, err := s.SignInURL()
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(env.out, "console: %s\n", link); err != nil {
				return fmt.Errorf("print the sign-in link: %w", err)
			}
		case <-ctx.Done():
		}
		<-ctx.Done()
		return nil
	}
}

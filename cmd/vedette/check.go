package main

import (
	"context"
	"errors"
	"fmt"

	"vedette/internal/config"
	"vedette/internal/station"
)

func runCheck(_ context.Context, env environment, args []string) error {
	fs := newFlags("check")
	path := fs.String("config", "vedette.yaml", "configuration `file`")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	cfg, err := loadConfig(*path)
	if err != nil {
		return err
	}
	if err := station.Check(cfg); err != nil {
		return usagef("%s cannot be used:\n%w", *path, err)
	}
	_, err = fmt.Fprintf(env.out, "%s: ok\n", *path)
	return err
}

// loadConfig reads a configuration; whatever is wrong with it is the user's to mend.
func loadConfig(path string) (config.Config, error) {
	cfg, err := config.Load(path)
	if problems, ok := errors.AsType[*config.Error](err); ok {
		return cfg, usagef("the configuration cannot be used:\n%w", problems)
	}
	if err != nil {
		return cfg, usageError{err}
	}
	return cfg, nil
}

package main

import (
	"context"

	"vedette/video/still"
)

// runStillChild is the process in which one picture is made of a camera's bytes (see video/still).
func runStillChild(_ context.Context, env environment, args []string) error {
	if status, err := still.RunChild(args, env.in, env.out); err != nil {
		return exitError{status, err}
	}
	return nil
}

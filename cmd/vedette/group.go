package main

import (
	"context"
	"errors"
)

// runTogether runs every part until the first of them returns or ctx ends, then ends the others and waits for them. The
// error is that of the parts; the end of ctx is none.
func runTogether(ctx context.Context, parts ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan error, len(parts))
	for _, part := range parts {
		go func() { results <- part(ctx) }()
	}
	var all error
	for range parts {
		err := <-results
		cancel()
		if !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
			all = errors.Join(all, err)
		}
	}
	return all
}

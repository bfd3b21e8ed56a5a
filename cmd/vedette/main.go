// Command vedette is a ground-control station for drone and ground-sensor surveillance, with its simulator. This package
// only parses flags, builds the parts and runs them; `vedette help` lists the subcommands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker (make build).
var version = "dev"

// Exit statuses (DESIGN.md, section 4).
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// environment is what a subcommand may touch of the outside.
type environment struct {
	in     io.Reader
	out    io.Writer // results
	errOut io.Writer // logs and messages
	getenv func(string) string
}

// usageError is a mistake in the command line or the configuration: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// exitError is an end with a status that whoever started the program knows.
type exitError struct {
	status int
	error
}

type command struct {
	name    string
	summary string
	hidden  bool
	run     func(ctx context.Context, env environment, args []string) error
}

func commands() []command {
	return []command{
		{name: "demo", summary: "simulator and station in one process: the whole chain, with no hardware", run: runDemo},
		{name: "serve", summary: "the station", run: runServe},
		{name: "sim", summary: "the simulator alone: drones, cameras and ground sensors for any station", run: runSim},
		{name: "fleet", summary: "a load for a station: many vehicles that stream telemetry and answer commands", run: runFleet},
		{name: "track", summary: "batch fusion over recorded measurements (JSON lines)", run: runTrack},
		{name: "locate", summary: "pixels to places on the ground (JSON lines)", run: runLocate},
		{name: "klv", summary: "MISB ST 0601 packets in hexadecimal digits to their values (JSON lines)", run: runKLV},
		{name: "detect", summary: "the thermal detector over still pictures (JSON lines)", run: runDetect},
		{name: "user", summary: "accounts: add, list, passwd, role, disable, enable, totp (second factor)", run: runUser},
		{name: "token", summary: "API tokens: create, list, revoke", run: runToken},
		{name: "audit", summary: "what people and programs did: verify that nothing was changed, export", run: runAudit},
		{name: "export", summary: "what was recorded: telemetry, tracks, alerts, as tlog, GeoJSON, KML, CSV or JSON lines", run: runExport},
		{name: "check", summary: "validate a configuration", run: runCheck},
		{name: "version", summary: "print the version", run: runVersion},
		{name: "decode-child", hidden: true, run: runDecodeChild},
		{name: "still-child", hidden: true, run: runStillChild},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	env := environment{in: os.Stdin, out: os.Stdout, errOut: os.Stderr, getenv: os.Getenv}
	os.Exit(run(ctx, env, os.Args[1:]))
}

// run finds and runs the subcommand and turns its error into a message and an exit status.
func run(ctx context.Context, env environment, args []string) int {
	if len(args) == 0 {
		printHelp(env.errOut)
		return exitUsage
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		printHelp(env.out)
		return exitDone
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		err := c.run(ctx, env, args[1:])
		var usage usageError
		var exit exitError
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return exitDone
		case errors.As(err, &exit):
			_, _ = fmt.Fprintln(env.errOut, err) // nowhere else to say it
			return exit.status
		case errors.As(err, &usage):
			_, _ = fmt.Fprintf(env.errOut, "vedette %s: %v\n", c.name, err) // nowhere else to say it
			return exitUsage
		default:
			_, _ = fmt.Fprintf(env.errOut, "vedette %s: %v\n", c.name, err)
			return exitFailed
		}
	}
	_, _ = fmt.Fprintf(env.errOut, "vedette: there is no subcommand %q; see vedette help\n", args[0])
	return exitUsage
}

func printHelp(w io.Writer) {
	_, _ = fmt.Fprintln(w, "Vedette: ground control for drone and ground-sensor surveillance.\n\nUsage: vedette COMMAND [flags]; vedette COMMAND -h lists the flags.")
	_, _ = fmt.Fprintln(w)
	for _, c := range commands() {
		if !c.hidden {
			_, _ = fmt.Fprintf(w, "  %-9s %s\n", c.name, c.summary)
		}
	}
}

// parseFlags parses strictly: a mistake is a usageError, leftovers too unless the caller takes them.
func parseFlags(env environment, fs *flag.FlagSet, args []string, takesRest bool) error {
	fs.SetOutput(env.errOut)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	if !takesRest && fs.NArg() > 0 {
		return usagef("unexpected argument %q", fs.Arg(0))
	}
	return nil
}

func newFlags(name string) *flag.FlagSet {
	return flag.NewFlagSet("vedette "+name, flag.ContinueOnError)
}

func runVersion(_ context.Context, env environment, args []string) error {
	if err := parseFlags(env, newFlags("version"), args, false); err != nil {
		return err
	}
	_, err := fmt.Fprintln(env.out, "vedette", version)
	return err
}

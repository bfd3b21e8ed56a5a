package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"vedette/internal/geo"
	"vedette/tracking/batch"
	"vedette/tracking/georef"
	"vedette/video/klv"
)

// inOut are the --in and --out flags of a tool that turns lines into lines.
type inOut struct{ in, out *string }

func inOutFlags(fs *flag.FlagSet) inOut {
	return inOut{
		in:  fs.String("in", "-", "input `file`; - is standard input"),
		out: fs.String("out", "-", "output `file`; - is standard output"),
	}
}

// with opens both ends, runs the tool between them and closes them, so that an output that could not be written whole is an
// error.
func (p inOut) with(env environment, tool func(io.Reader, io.Writer) error) (err error) {
	in, out := env.in, env.out
	if *p.in != "-" {
		f, openErr := os.Open(*p.in)
		if openErr != nil {
			return usageError{openErr}
		}
		defer func() { _ = f.Close() }() // only read from
		in = f
	}
	if *p.out != "-" {
		f, createErr := os.Create(*p.out)
		if createErr != nil {
			return usageError{createErr}
		}
		defer func() {
			if closeErr := f.Close(); err == nil && closeErr != nil {
				err = fmt.Errorf("write %s: %w", *p.out, closeErr)
			}
		}()
		out = f
	}
	return tool(bufio.NewReaderSize(in, 1<<16), out)
}

func runTrack(_ context.Context, env environment, args []string) error {
	fs := newFlags("track")
	ends := inOutFlags(fs)
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	return ends.with(env, func(in io.Reader, out io.Writer) error { return batch.RunTrack(in, out, env.errOut) })
}

func runLocate(_ context.Context, env environment, args []string) error {
	fs := newFlags("locate")
	ends := inOutFlags(fs)
	folder := fs.String("terrain", "", "`folder` of SRTM HGT tiles and GeoTIFFs")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	var terrain geo.Terrain
	if *folder != "" {
		f, err := geo.OpenFolder(*folder)
		if err != nil {
			return usageError{err}
		}
		terrain = f
	}
	return ends.with(env, func(in io.Reader, out io.Writer) error {
		return georef.RunLocate(in, out, terrain, env.errOut)
	})
}

func runKLV(_ context.Context, env environment, args []string) error {
	fs := newFlags("klv")
	ends := inOutFlags(fs)
	recorded := fs.String("recording", "", "recording (`file`.mp4) whose packets are read in place of --in")
	if err := parseFlags(env, fs, args, false); err != nil {
		return err
	}
	if *recorded != "" {
		return ends.with(env, func(_ io.Reader, out io.Writer) error { return writeRecordedKLV(*recorded, out) })
	}
	return ends.with(env, klv.RunLines)
}

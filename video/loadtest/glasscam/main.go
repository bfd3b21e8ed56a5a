// Glasscam is a camera for measuring glass to glass (scripts/glass): each of its pictures shows its number as black and white
// squares, and when it was handed to the network is printed. Coding is not in the figure: the clip is coded beforehand.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"vedette/video/ingest/testcam"
)

// What ui/web/e2e/glass.mjs reads: bit b of the number, from the lowest, is the square at (b*square, 0), white for 1.
const (
	width, height = 640, 512
	fps, gop      = 30, 60
	groups        = 4 // gop*groups pictures have numbers of their own
	bits, square  = 8, 32
	black, white  = 30, 220
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "`address`")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintln(os.Stderr, "glasscam:", err)
		os.Exit(1)
	}
}

// run serves until it is told to stop. It prints its URL, and a line a picture: its number and the Unix time in microseconds.
func run(listen string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	clip, err := testcam.EncodePainted(testcam.Main, width, height, fps, gop, groups, paint)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(os.Stdout)
	cam := &testcam.Camera{Clip: clip, Address: listen, Before: func(n int) {
		_, _ = fmt.Fprintln(out, "picture", n%len(clip.Pictures), time.Now().UnixMicro()) // Flush tells of errors
		if err := out.Flush(); err != nil {
			cancel() // nobody reads any more
		}
	}}
	if err := cam.Start(); err != nil {
		return err
	}
	defer cam.Stop()
	fmt.Fprintln(os.Stderr, "camera:", cam.URL())
	<-ctx.Done()
	return nil
}

// paint gives the luma of picture n.
func paint(width, height, n int) []byte {
	luma := testcam.Picture(width, height, n)
	for bit := range bits {
		value := byte(black)
		if n>>bit&1 == 1 {
			value = white
		}
		for y := range square {
			for x := range square {
				luma[y*width+bit*square+x] = value
			}
		}
	}
	return luma
}

// Soakrelay tries a running station for long: it plays a camera that is cut at random, and viewers that stay, come, go and
// vanish. Every minute it prints what the station's process has. It fails unless that is in the end what it was at first,
// and unless every viewer that stayed plays (scripts/soak-relay).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"vedette/video/ingest/testcam"
	"vedette/video/loadtest/churn"
)

// settings are the command line.
type settings struct {
	span, warm time.Duration
	viewers    int
	seed       uint64
	camera     string
	station    station
}

func main() {
	var s settings
	flag.DurationVar(&s.span, "for", time.Hour, "`time` of the soak after the warming up")
	flag.DurationVar(&s.warm, "warm", 2*time.Minute, "`time` of the same before the first look, in which pools and caches get their size")
	flag.IntVar(&s.viewers, "viewers", 10, "`number` of viewers at a time")
	flag.Uint64Var(&s.seed, "seed", 1, "`number` that settles what happens when")
	flag.StringVar(&s.camera, "camera", "", "`address` of the camera, which the station has as its feed")
	flag.StringVar(&s.station.base, "station", "", "`URL` of the station")
	flag.StringVar(&s.station.token, "token", "", "the station's `token`")
	flag.StringVar(&s.station.feed, "feed", "cam", "`id` of the feed")
	flag.IntVar(&s.station.pid, "pid", 0, "`number` of the station's process")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, &s); err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to end
	}
	fmt.Println("passed")
}

func run(ctx context.Context, s *settings) error {
	small, err := testcam.Encode(320, 256, 30, 60, 1)
	if err != nil {
		return err
	}
	large, err := testcam.Encode(640, 480, 30, 60, 1)
	if err != nil {
		return err
	}
	cam := &testcam.Camera{Clip: small, Address: s.camera}
	if err := cam.Start(); err != nil {
		return err
	}
	defer cam.Stop()
	phase := func(span time.Duration, seed uint64) *soak {
		return &soak{
			station: &s.station, span: span,
			crowd: &churn.Crowd{
				Enter: s.station.enter, Places: s.viewers, Stay: (s.viewers + 1) / 2, ShortestStay: 3 * time.Second, LongestStay: 45 * time.Second, Seed: seed,
			},
			trouble: &churn.Trouble{
				Camera: cam, Clips: []*testcam.Clip{large, small}, ShortestPeace: 3 * time.Second, LongestPeace: 30 * time.Second,
				LongestTrouble: 15 * time.Second, Seed: seed,
			},
		}
	}
	fmt.Printf("warming up for %v\n", s.warm)
	if err := phase(s.warm, s.seed).run(ctx); err != nil {
		return fmt.Errorf("warming up: %w", err)
	}
	before, err := s.station.atRest(ctx)
	if err != nil {
		return err
	}
	fmt.Println("at rest, before: ", before)
	main := phase(s.span, s.seed+1)
	if err := main.run(ctx); err != nil {
		return err
	}
	after, err := s.station.atRest(ctx)
	if err != nil {
		return err
	}
	fmt.Println("at rest, after:  ", after)
	fmt.Printf("viewers: %+v\ncamera: %+v\n", main.crowd.Counts(), main.trouble.Counts())
	return errors.Join(after.over(before), main.verdict())
}

// soak is one phase: a crowd and a camera in trouble.
type soak struct {
	station *station
	span    time.Duration
	crowd   *churn.Crowd
	trouble *churn.Trouble
}

// playWait bounds how long it takes, after the last trouble, until those who stayed play.
const playWait = time.Minute

func (s *soak) run(ctx context.Context) error {
	watching, leave := context.WithCancel(ctx)
	defer leave()
	troubled, stop := context.WithTimeout(ctx, s.span)
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer leave()
	wg.Go(func() { s.crowd.Run(watching) })
	wg.Go(func() { s.report(troubled) })
	if err := s.trouble.Run(troubled); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("ended early: %w", ctx.Err())
	}
	// The camera is whole again: all who stayed must play, on the connections that they have had from the start.
	wait, cancel := context.WithTimeout(ctx, playWait)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, stayed := s.crowd.Playing(); stayed == s.crowd.Stay {
			return nil
		}
		select {
		case <-tick.C:
		case <-wait.Done():
			_, stayed := s.crowd.Playing()
			return fmt.Errorf("%d of %d viewers that stayed play a minute after the last cut", stayed, s.crowd.Stay)
		}
	}
}

// report prints a line a minute.
func (s *soak) report(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for minute := 1; ; minute++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		has, err := s.station.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			fmt.Printf("%3d min  %v\n", minute, err)
			continue
		}
		playing, _ := s.crowd.Playing()
		c := s.crowd.Counts()
		fmt.Printf("%3d min  %v  %3d playing  %8d pictures  %d dropped  %d troubles\n", minute, has, playing, c.Pictures, c.Dropped, s.trouble.Counts().All())
	}
}

// verdict says what of the crowd and the camera was not as it must be.
func (s *soak) verdict() error {
	c, t := s.crowd.Counts(), s.trouble.Counts()
	var why []error
	if c.Dropped > 0 {
		why = append(why, fmt.Errorf("%d viewers lost their connection, though only the source was cut", c.Dropped))
	}
	if c.Overlooked > 0 {
		why = append(why, fmt.Errorf("%d viewers had no picture for two seconds in which others had", c.Overlooked))
	}
	if c.Refused > 0 {
		why = append(why, fmt.Errorf("%d offers were refused: %w", c.Refused, s.crowd.Refusal()))
	}
	if c.Deleted == 0 || c.Closed == 0 || c.Vanished == 0 || t.Cuts == 0 || t.Outages == 0 || t.Stalls == 0 || t.Changes == 0 {
		why = append(why, errors.New("not everything has happened: take a longer time"))
	}
	return errors.Join(why...)
}

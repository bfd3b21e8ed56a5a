package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// callWait bounds a call of the station. It lets an offer wait for a signal, and for a decision on its stream.
	callWait = 20 * time.Second
	// restWait bounds the time until the station has ended every session: those who vanished have 20 s, the feed 10 s more.
	restWait = 3 * time.Minute
	// residentShare and residentSlackMB are what the resident memory may grow by: the collector lets the heap breathe.
	residentShare, residentSlackMB = 0.10, 3
)

// station is the one that is tried.
type station struct {
	base, token, feed string
	pid               int
}

// holdings is what the station's process has.
type holdings struct {
	goroutines, descriptors, viewers int
	residentMB, heapMB               float64
}

// String implements fmt.Stringer.
func (h holdings) String() string {
	return fmt.Sprintf("%6.1f MB resident  %5.1f MB live heap  %4d goroutines  %3d descriptors  %2d viewers",
		h.residentMB, h.heapMB, h.goroutines, h.descriptors, h.viewers)
}

// over says what is more than it was.
func (h holdings) over(was holdings) error {
	var why []error
	if h.goroutines > was.goroutines {
		why = append(why, fmt.Errorf("%d goroutines, %d before", h.goroutines, was.goroutines))
	}
	if h.descriptors > was.descriptors {
		why = append(why, fmt.Errorf("%d descriptors, %d before", h.descriptors, was.descriptors))
	}
	if h.residentMB > was.residentMB*(1+residentShare)+residentSlackMB {
		why = append(why, fmt.Errorf("%.1f MB resident, %.1f before", h.residentMB, was.residentMB))
	}
	return errors.Join(why...)
}

func (s *station) call(ctx context.Context, method, path, body string) (http.Header, string, error) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(body))
	if err != nil {
		return nil, "", fmt.Errorf("make a call: %w", err)
	}
	q.Header.Set("Authorization", "Bearer "+s.token)
	q.Header.Set("Content-Type", "application/sdp")
	q.Close = true // a connection that is kept would count among what the station has
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return nil, "", fmt.Errorf("call the station: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, "", fmt.Errorf("read the station's answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return nil, "", fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, strings.TrimSpace(string(text)))
	}
	return resp.Header, string(text), nil
}

// enter is WHEP (RFC 9725).
func (s *station) enter(ctx context.Context, offer string) (answer string, leave func(context.Context) error, err error) {
	header, answer, err := s.call(ctx, http.MethodPost, "/api/v1/feeds/"+s.feed+"/whep", offer)
	if err != nil {
		return "", nil, err
	}
	session := header.Get("Location")
	return answer, func(ctx context.Context) error {
		_, _, err := s.call(ctx, http.MethodDelete, session, "")
		return err
	}, nil
}

// look reads what the station's process has, from its metrics and from /proc (proc(5)).
func (s *station) look(ctx context.Context) (holdings, error) {
	_, text, err := s.call(ctx, http.MethodGet, "/metrics", "")
	if err != nil {
		return holdings{}, err
	}
	metrics := map[string]float64{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			if metrics[name], err = strconv.ParseFloat(value, 64); err != nil {
				return holdings{}, fmt.Errorf("read the metrics: %w", err)
			}
		}
	}
	for _, name := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", "vedette_video_viewers"} {
		if _, ok := metrics[name]; !ok {
			return holdings{}, fmt.Errorf("the metrics have no %s", name)
		}
	}
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid))
	if err != nil {
		return holdings{}, fmt.Errorf("count descriptors: %w", err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return holdings{}, fmt.Errorf("read the resident memory: %w", err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		return holdings{}, fmt.Errorf("read the resident memory: %w", err)
	}
	return holdings{
		goroutines: int(metrics["go_goroutines"]), descriptors: len(fds), viewers: int(metrics["vedette_video_viewers"]),
		residentMB: kb / 1024, heapMB: metrics["go_memstats_heap_alloc_bytes"] / (1 << 20),
	}, nil
}

// atRest waits until no viewer is left and the number of goroutines has stood still for 15 s, and looks. Of descriptors it
// takes the least, since the connection of the look itself may be among them.
func (s *station) atRest(ctx context.Context) (holdings, error) {
	ctx, cancel := context.WithTimeout(ctx, restWait)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var last holdings
	for still := 0; still < 15; {
		has, err := s.look(ctx)
		if err != nil {
			return holdings{}, err
		}
		if still++; has.viewers > 0 || has.goroutines != last.goroutines {
			still = 0
		} else {
			has.descriptors = min(has.descriptors, last.descriptors)
		}
		last = has
		select {
		case <-tick.C:
		case <-ctx.Done():
			return holdings{}, fmt.Errorf("the station does not come to rest: %v", last)
		}
	}
	return last, nil
}

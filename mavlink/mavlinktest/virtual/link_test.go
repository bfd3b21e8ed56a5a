package virtual_test

import (
	"slices"
	"testing"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/dialog"
	"vedette/mavlink/mavlinktest/virtual"
)

// sent sends n numbered messages to the station, all at once, and gives those that come, in order, and when the last one does.
func sent(l *virtual.Link, n int) (numbers []int, took time.Duration) {
	begun := l.Now
	for i := range n {
		l.Send(false, &common.MessageMissionAck{OpaqueId: uint32(i)})
	}
	for {
		p, came := l.Next(begun.Add(time.Hour))
		if !came {
			return numbers, took
		}
		ack, _ := p.Message.(*common.MessageMissionAck)
		numbers = append(numbers, int(ack.OpaqueId))
		took = l.Now.Sub(begun)
	}
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	t.Parallel()
	const n = 1000
	in := make([]int, n)
	for i := range in {
		in[i] = i
	}
	for name, c := range map[string]struct {
		fault       func(l *virtual.Link)
		least, most int
		ordered     bool
		took        time.Duration
	}{
		"none":         {func(*virtual.Link) {}, n, n, true, 10 * time.Millisecond},
		"loss":         {func(l *virtual.Link) { l.Loss = 0.3 }, 600, 800, true, 10 * time.Millisecond},
		"copies":       {func(l *virtual.Link) { l.Copies = 0.3 }, 1300, 1600, true, 10 * time.Millisecond},
		"delay":        {func(l *virtual.Link) { l.Delay, l.Think = time.Second, time.Second }, n, n, true, 2 * time.Second},
		"jitter":       {func(l *virtual.Link) { l.Jitter = time.Second }, n, n, false, 0},
		"paced":        {func(l *virtual.Link) { l.Wire = virtual.EachFromVehicle(time.Second) }, n, n, true, n*time.Second + 10*time.Millisecond},
		"cut":          {func(l *virtual.Link) { l.CutFrom, l.CutTo = l.Now, l.Now.Add(time.Second) }, 0, 0, true, 0},
		"cut till now": {func(l *virtual.Link) { l.CutTo = l.Now }, n, n, true, 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := virtual.New(1)
			c.fault(l)
			got, took := sent(l, n)
			if len(got) < c.least || len(got) > c.most {
				t.Errorf("%d of %d came", len(got), n)
			}
			if slices.IsSorted(got) != c.ordered {
				t.Error("in order is not what was wanted, or was")
			}
			if c.took != 0 && took != c.took {
				t.Errorf("after %v", took)
			}
			if name == "none" && !slices.Equal(got, in) {
				t.Error("others came than were sent")
			}
		})
	}
}

func TestACopyHasTheNumberOfItsOriginal(t *testing.T) {
	t.Parallel()
	l := virtual.New(2)
	l.Copies = 0.9
	l.Send(true, &common.MessageHeartbeat{})
	if len(l.OnWay) < 2 {
		t.Fatal("nothing was copied")
	}
	for _, p := range l.OnWay {
		if p.Sequence != l.OnWay[0].Sequence || !p.ToVehicle {
			t.Errorf("%+v", p)
		}
	}
	first := l.OnWay[0].Sequence
	l.Copies = 0
	l.Send(true, &common.MessageHeartbeat{})
	if l.OnWay[len(l.OnWay)-1].Sequence == first {
		t.Error("two messages have one number")
	}
}

func TestAClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	l := virtual.New(1)
	now := l.Now
	if _, came := l.Next(now.Add(-time.Hour)); came || !l.Now.Equal(now) {
		t.Errorf("%v after %v", l.Now, now)
	}
}

// asks is a machine that asks until it is answered.
type asks struct{ ticks int }

func (a *asks) Tick(now time.Time) dialog.Step {
	a.ticks++
	return dialog.Step{Send: []message.Message{&common.MessageMissionRequestList{}}, Wake: now.Add(time.Second)}
}

func (*asks) Handle(message.Message, time.Time) dialog.Step {
	return dialog.Step{Done: true, Err: dialog.ErrNoAnswer}
}

func TestAMachineIsPlayedToItsEnd(t *testing.T) {
	t.Parallel()
	l := virtual.New(1)
	begun := l.Now
	l.CutTo = l.Now.Add(2500 * time.Millisecond)
	m := &asks{}
	heard := 0
	err := l.Play(t, m, func(message.Message) {
		heard++
		l.Send(false, &common.MessageMissionCount{})
	})
	if err != dialog.ErrNoAnswer || heard != 1 || m.ticks != 4 || l.Requests != 4 { //nolint:errorlint // the very one is handed through
		t.Errorf("%v, %d heard, asked %d times", err, heard, m.ticks)
	}
	if took := l.Now.Sub(begun); took != 3020*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"

	"vedette/mavlink/link"
)

const (
	// askAgain is the wait before what was not answered is asked for again.
	askAgain  = 5 * time.Second
	wishTries = 5
	// askSeldom is the longest wait before what nobody answers is asked for again.
	askSeldom = time.Minute
)

// errNoMessage means that a vehicle granted a request and did not send the message.
var errNoMessage = errors.New("granted, but the message did not come")

// wish is one thing that the station asks of a vehicle once in a session.
type wish struct {
	name string
	order
	// answer is the message that a granted request brings, 0 where there is none to wait for.
	answer uint32
	// next asks for the rest of a list that comes one by one.
	next func(*state) (order, bool)
}

// attend asks a vehicle for what the station needs: its rates, who it is, its home, its cameras. It asks again after a
// reboot, after a loss, when a new component shows itself, and when a rate was changed by others.
func (s *Service) attend(ctx context.Context, sys *system) {
	session := -1
	var done *settled
	var kept keepers
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sys.wake:
		case <-timer.C:
		}
		if sys.quiet(time.Now()) {
			timer.Reset(askAgain)
			continue
		}
		if now := sys.session(); now != session {
			session, done = now, newSettled()
		}
		s.askRates(ctx, sys, session, &kept, true)
		s.askFor(ctx, sys, session, done)
		s.askRates(ctx, sys, session, &kept, false)
		s.poll(ctx, sys)
		timer.Reset(sys.nextRound(time.Now()))
	}
}

// settled remembers in one session what was granted, or refused for good, and when to ask for the rest again.
type settled struct {
	done  map[string]bool
	tries map[string]int
	again map[string]time.Time
}

func newSettled() *settled {
	return &settled{done: make(map[string]bool), tries: make(map[string]int), again: make(map[string]time.Time)}
}

// due tells whether a wish should be asked for now.
func (t *settled) due(name string, now time.Time) bool {
	return !t.done[name] && !now.Before(t.again[name])
}

// note takes the outcome of one attempt. A refusal counts when it says for ever, or after some attempts; silence never
// does, but is asked into ever more seldom.
func (t *settled) note(name string, err error, now time.Time) {
	t.tries[name]++
	var denied *DeniedError
	silent := err != nil && !errors.As(err, &denied) && !errors.Is(err, errNoMessage)
	final := denied != nil &&
		(denied.Result == resultName(common.MAV_RESULT_UNSUPPORTED) || denied.Result == resultName(common.MAV_RESULT_DENIED))
	t.done[name] = err == nil || final || !silent && t.tries[name] >= wishTries
	t.again[name] = now.Add(min(askAgain<<min(t.tries[name]-1, 8), askSeldom) - askAgain/2) // asked for at the next round or later
}

// session gives the number of the session.
func (s *system) session() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.session
}

// askFor goes through what is not settled yet, until the vehicle is lost or reboots.
func (s *Service) askFor(ctx context.Context, sys *system, session int, done *settled) {
	deaf := make(map[uint8]bool)
	for _, w := range sys.wishes() {
		if deaf[w.component] || !done.due(w.name, time.Now()) {
			continue
		}
		if sys.session() != session {
			sys.poke()
			return
		}
		err := s.grant(ctx, sys, w)
		var denied *DeniedError
		if err != nil && !errors.As(err, &denied) && !errors.Is(err, errNoMessage) {
			if w.component == 0 || w.component == sys.component || errors.Is(err, ErrLost) || ctx.Err() != nil {
				// Lost, or deaf for now: the rest would wait as long.
				return
			}
			// One that says nothing holds up nobody else.
			deaf[w.component] = true
		}
		done.note(w.name, err, time.Now())
		if err != nil {
			sys.log.Debug("vehicle does not grant a wish", "wish", w.name, "error", err)
		}
	}
}

// grant asks for one thing, and for the rest of it where it is a list.
func (s *Service) grant(ctx context.Context, sys *system, w wish) error {
	for o := w.order; ; {
		if err := s.fetch(ctx, sys, o, w.answer); err != nil {
			return err
		}
		if w.next == nil {
			return nil
		}
		sys.mu.Lock()
		next, more := w.next(&sys.state)
		sys.mu.Unlock()
		switch {
		case !more:
			return nil
		case next == o:
			return errNoMessage // what came was not what was asked for
		}
		o = next
	}
}

// fetch sends a request and waits for the message that it brings, which may come before or after the acknowledgement.
func (s *Service) fetch(ctx context.Context, sys *system, o order, answer uint32) error {
	_, err := s.demand(ctx, sys, o, answer)
	return err
}

// demand is fetch with the message that came, nil where none is waited for.
func (s *Service) demand(ctx context.Context, sys *system, o order, answer uint32) (message.Message, error) {
	component := o.component
	if component == 0 {
		component = sys.component
	}
	sub := sys.inbox.subscribe(8, func(in inbound) bool {
		return answer != 0 && in.message != nil && in.component == component && in.message.GetID() == answer
	})
	defer sub.close()
	if _, err := s.execute(ctx, sys, o, link.Background); err != nil || answer == 0 {
		return nil, err
	}
	timer := time.NewTimer(answerWait)
	defer timer.Stop()
	select {
	case in := <-sub.in:
		return in.message, nil
	case <-timer.C:
		return nil, errNoMessage
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *system) wishes() []wish {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []wish
	all = append(all,
		requestWish("version", &common.MessageAutopilotVersion{}, 0),
		requestWish("home", &common.MessageHomePosition{}, 0),
		requestWish("gimbal manager", &common.MessageGimbalManagerInformation{}, 0),
	)
	all = append(all, s.state.payloadWishes(s.component)...)
	modes := requestWish(fmt.Sprintf("modes %d", s.state.modes.seq), &common.MessageAvailableModes{}, 0)
	modes.params[1] = 1
	modes.next = missingMode
	return append(all, modes)
}

func requestWish(name string, m message.Message, component uint8) wish {
	return wish{name: name, order: request(m).to(component), answer: m.GetID()}
}

// missingMode asks for modes one by one, since ArduPilot streams a whole list only as fast as parameters, or not at all.
func missingMode(st *state) (order, bool) {
	i, ok := st.modes.missing()
	o := request(&common.MessageAvailableModes{})
	o.params[1] = float64(i)
	return o, ok
}

func missingStream(component uint8) func(st *state) (order, bool) {
	return func(st *state) (order, bool) {
		o := request(&common.MessageVideoStreamInformation{}).to(component)
		id, missing := st.cameras.MissingStream(component)
		o.params[1] = float64(id)
		return o, missing
	}
}

const microseconds = 1e6

// interval asks for a message so often; 0 is never.
func interval(id uint32, hz float64) order {
	us := -1.0
	if hz > 0 {
		us = microseconds / hz
	}
	return long(common.MAV_CMD_SET_MESSAGE_INTERVAL, float64(id), us)
}

func request(m message.Message) order {
	return long(common.MAV_CMD_REQUEST_MESSAGE, float64(m.GetID()))
}

package station

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"vedette/internal/access"
	"vedette/tracking/cue"
	"vedette/ui/api"
)

// conflict makes sure that an answer is 409 and says something.
func conflict(t *testing.T, err error, words ...string) {
	t.Helper()
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Status != http.StatusConflict {
		t.Errorf("%v is no conflict", err)
		return
	}
	for _, w := range words {
		if !strings.Contains(problem.Detail, w) {
			t.Errorf("%q does not say %q", problem.Detail, w)
		}
	}
}

// proposedLook is a station with an alert and a look that is proposed for it.
func proposedLook(t *testing.T) (p *picture, id string, run func(do func())) {
	t.Helper()
	p, s := pictureOn(t, t.TempDir())
	now := time.Now()
	walkPast(p, now)
	p.step(now)
	p.step(now.Add(6 * time.Second))
	cues := p.Cues()
	if len(cues) != 1 || cues[0].State != string(cue.Proposed) {
		t.Fatalf("cues %+v", cues)
	}
	return p, cues[0].ID, func(do func()) { during(t, p, s, do) }
}

func TestOfTwoOperatorsWhoApproveAtOnceOneDoes(t *testing.T) {
	t.Parallel()
	p, id, run := proposedLook(t)
	names := []string{"ann", "bob"}
	errs := make([]error, len(names))
	run(func() {
		var wg sync.WaitGroup
		for i, name := range names {
			wg.Go(func() { _, errs[i] = p.DecideCue(t.Context(), access.Principal{Name: name}, id, "approve") })
		}
		wg.Wait()
		first := 0
		if errs[0] != nil {
			first = 1
		}
		if errs[first] != nil {
			t.Fatalf("nobody's approval stands: %v", errs)
		}
		conflict(t, errs[1-first], id, "decided by "+names[first])
		// Once more by the same, and a rejection after the fact, change nothing either.
		for _, action := range []string{"approve", "reject"} {
			_, err := p.DecideCue(t.Context(), access.Principal{Name: names[first]}, id, action)
			conflict(t, err, "decided by "+names[first])
		}
	})
	if c := p.Cues()[0]; c.DecidedBy == "" || c.State == string(cue.Rejected) {
		t.Errorf("%+v", c)
	}
}

func TestAnApprovalThatComesAfterTheCueExpiredMovesNothing(t *testing.T) {
	t.Parallel()
	p, id, run := proposedLook(t)
	// The proposal is as old as one that nobody has answered.
	p.step(time.Now().Add(10 * time.Minute))
	run(func() {
		_, err := p.DecideCue(t.Context(), access.Principal{Name: "ann"}, id, "approve")
		conflict(t, err, id, "expired", "moves nothing")
		_, err = p.DecideCue(t.Context(), access.Principal{Name: "ann"}, "c-0", "approve")
		var problem *api.Problem
		if !errors.As(err, &problem) || problem.Status != http.StatusNotFound {
			t.Errorf("a cue that is not there: %v", err)
		}
	})
	if n := len(p.cfg.intents); n != 0 {
		t.Errorf("%d intents", n)
	}
}

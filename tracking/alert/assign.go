package alert

import (
	"fmt"
	"time"
)

// AssignedError means that an alert is not assigned to whom the asker thought.
type AssignedError struct {
	ID string
	To string // empty: nobody
	By string
	At time.Time
}

func (e *AssignedError) Error() string {
	if e.To == "" {
		return fmt.Sprintf("alert %s is assigned to nobody", e.ID)
	}
	return fmt.Sprintf("alert %s is assigned to %s, by %s at %s", e.ID, e.To, e.By, clock(e.At))
}

// Assign gives an open alert to somebody, or, with an empty name, to nobody. Expected is whom the asker takes it to be
// assigned to: of two who assign at once the second gets an AssignedError. A closed alert is a DecidedError.
func (e *Engine) Assign(id, to, expected, who string, now time.Time) (Alert, error) {
	ev, err := e.find(id)
	if err != nil {
		return Alert{}, err
	}
	a := &ev.alert
	switch {
	case !a.State.Open():
		return ev.copy(), &DecidedError{ID: id, State: a.State, By: a.DecidedBy, At: a.DecidedAt}
	case a.AssignedTo != expected:
		return ev.copy(), &AssignedError{ID: id, To: a.AssignedTo, By: a.AssignedBy, At: a.AssignedAt}
	case a.AssignedTo == to:
		return ev.copy(), nil
	}
	a.AssignedTo, a.AssignedBy, a.AssignedAt, a.UpdatedAt = to, who, now, now
	what, note := "assigned", to
	if to == "" {
		what, note = "unassigned", ""
	}
	a.History = append(a.History, Decision{At: now, Who: who, What: what, Note: note})
	return ev.copy(), nil
}

package access

import (
	"fmt"
	"sync"
	"time"
)

// TicketLife is how long a ticket works, if nobody uses it.
const TicketLife = 10 * time.Minute

const maxTickets = 100 // waiting to be used

type ticket struct {
	name    string
	role    Role
	expires time.Time
}

// tickets are the one-time sign-ins that were given out, by the hash of their secret. They end with the process.
type tickets struct {
	mu   sync.Mutex
	open map[string]ticket
}

func newTickets() *tickets { return &tickets{open: map[string]ticket{}} }

// NewTicket makes a secret that opens one session for a name with a role, within TicketLife.
func (a *Access) NewTicket(name string, role Role) (string, error) {
	if name == "" || !role.Valid() {
		return "", fmt.Errorf("ticket for %q as %q: a name and one of the roles are needed", name, role)
	}
	now := a.cfg.Now()
	secret, hash := newSecret("")
	t := a.tickets
	t.mu.Lock()
	defer t.mu.Unlock()
	for h, old := range t.open {
		if !now.Before(old.expires) {
			delete(t.open, h)
		}
	}
	if len(t.open) >= maxTickets {
		return "", fmt.Errorf("%d tickets are waiting to be used already", len(t.open))
	}
	t.open[hash] = ticket{name: name, role: role, expires: now.Add(TicketLife)}
	return secret, nil
}

// take uses a ticket up.
func (t *tickets) take(secret string, now time.Time) (ticket, bool) {
	hash := hashOf(secret) // found by its hash: how long that takes says nothing about the secret
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.open[hash]
	delete(t.open, hash)
	return found, ok && now.Before(found.expires)
}

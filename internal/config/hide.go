package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// hidden stands for a password in what is shown of an entry. Who sends it back means the password that is held.
const hidden = "__hidden__"

// secretName matches the parameters of an address that are secrets, as cameras without RTSP sign-in take them.
var secretName = regexp.MustCompile(`(?i)pass|pwd|token|secret|key|auth`)

// Hide is an entry without the passwords in its addresses.
func Hide(s Section, text string) string {
	return throughFeed(s, text, func(f *Feed) {
		f.URL, f.Substream = hideURL(f.URL), hideURL(f.Substream)
	})
}

// Reveal puts the passwords of the entry that is held into one that came back from somebody who has only seen it hidden. A password goes
// only to the host and the name that it is held for: else whoever may change a feed could read it by leading it elsewhere.
func Reveal(s Section, text, held string) (string, error) {
	var old Feed
	_ = throughFeed(s, held, func(f *Feed) { old = *f })
	var problem error
	out := throughFeed(s, text, func(f *Feed) {
		var first, second error
		f.URL, first = revealURL(f.URL, old.URL)
		f.Substream, second = revealURL(f.Substream, old.Substream)
		problem = errors.Join(first, second)
	})
	if problem != nil {
		return "", fmt.Errorf("%w: %w", ErrEntry, problem)
	}
	return out, nil
}

// throughFeed gives an entry of the feeds with something done to it; any other, or one that cannot be read, stays as it is.
func throughFeed(s Section, text string, do func(*Feed)) string {
	var f Feed
	if s != Feeds || strings.TrimSpace(text) == "" || yaml.NewDecoder(strings.NewReader(text), yaml.Strict()).Decode(&f) != nil {
		return text
	}
	do(&f)
	raw, err := yaml.MarshalWithOptions(f, yaml.JSON())
	if err != nil {
		return text
	}
	return strings.TrimSpace(string(raw))
}

func hideURL(text string) string {
	if text == "" {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil {
		return hidden // whatever it is, a password may be in it
	}
	if _, has := u.User.Password(); has {
		u.User = url.UserPassword(u.User.Username(), hidden)
	}
	u.RawQuery = eachSecret(u.RawQuery, func(string, string) string { return hidden })
	return u.String()
}

// eachSecret replaces the values of a query that are secrets, in their order.
func eachSecret(query string, with func(name, value string) string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		if has && secretName.MatchString(name) {
			parts[i] = name + "=" + with(name, value)
		}
	}
	return strings.Join(parts, "&")
}

func revealURL(text, held string) (string, error) {
	if !strings.Contains(text, hidden) {
		return text, nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("the address cannot be read: type it anew")
	}
	old, err := url.Parse(held)
	if err != nil || held == "" || !strings.EqualFold(old.Host, u.Host) || old.Scheme != u.Scheme || old.User.Username() != u.User.Username() {
		return "", errors.New("the password is held for another address: type it again")
	}
	if password, _ := u.User.Password(); password == hidden {
		kept, has := old.User.Password()
		if !has {
			return "", errors.New("no password is held for this address: type it")
		}
		u.User = url.UserPassword(u.User.Username(), kept)
	}
	values := map[string]string{}
	_ = eachSecret(old.RawQuery, func(name, value string) string { values[name] = value; return "" })
	u.RawQuery = eachSecret(u.RawQuery, func(name, value string) string {
		if value == hidden {
			return values[name]
		}
		return value
	})
	if out := u.String(); !strings.Contains(out, hidden) {
		return out, nil
	}
	return "", errors.New("a part of the address stands for a password that is not held: type it anew")
}

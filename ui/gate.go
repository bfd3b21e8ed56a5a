package ui

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"vedette/internal/access"
	"vedette/ui/api"
)

const cookieName = "vedette_session"

// identify finds who asks: by the bearer token where there is one, else by the cookie.
func (s *Server) identify(r *http.Request) (access.Principal, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		scheme, secret, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return access.Principal{}, access.ErrUnauthorized
		}
		return s.cfg.Access.Bearer(r.Context(), secret)
	}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return access.Principal{}, access.ErrUnauthorized
	}
	return s.cfg.Access.Session(r.Context(), cookie.Value)
}

// admit checks everything that a route asks for, and fills in who asks.
func (s *Server) admit(c *call, rt route) error {
	if rt.role == "" {
		return nil
	}
	who, err := s.identify(c.r)
	if err != nil {
		return err
	}
	c.who = who
	if err := s.checkOrigin(c.r, who, rt); err != nil {
		return err
	}
	if !who.Role.Allows(rt.role) {
		s.cfg.Log.Warn("refused for the role", "who", who.Name, "role", who.Role, "method", c.r.Method, "path", c.r.URL.Path)
		return api.Forbidden("%s is signed in as %s; this needs the role %s", who.Name, who.Role, rt.role)
	}
	if !rt.lease {
		return nil
	}
	id, err := c.vehicle()
	if err != nil {
		return err
	}
	if _, err := s.cfg.Station.Vehicle(id); err != nil {
		return err
	}
	return s.cfg.Access.Leases.Require(id, who.Name)
}

// checkOrigin refuses what another site makes a signed-in browser send: with a cookie, whatever changes something and
// the live socket must come from the station's own pages. A token is never sent by a browser on its own; where an origin
// is named all the same, it must be ours.
func (s *Server) checkOrigin(r *http.Request, who access.Principal, rt route) error {
	if !rt.socket && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		return nil
	}
	origin := r.Header.Get("Origin")
	if who.Via == access.ViaToken && origin == "" {
		return nil
	}
	if !s.ownOrigin(r, origin) {
		return api.Forbidden("the request comes from the origin %q, which is not this station's", origin)
	}
	return nil
}

// ownOrigin tells whether an Origin header names this station as the browser reached it, or a configured origin.
func (s *Server) ownOrigin(r *http.Request, origin string) bool {
	if s.origins[origin] {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return u.Scheme == scheme && strings.EqualFold(u.Host, r.Host)
}

// setCookie gives the browser its session, or takes it away where the secret is empty.
func setCookie(w http.ResponseWriter, r *http.Request, secret string) {
	age := int(access.SessionAbsolute.Seconds())
	if secret == "" {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure wherever there is TLS
		Name: cookieName, Value: secret, Path: "/", MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: r.TLS != nil, // plain HTTP is served on loopback only
	})
}

// lease takes a vehicle's lease for somebody and records it where it changes hands.
func (c *call) lease(vehicle int, force bool, reason string) (access.Lease, error) {
	leases := c.s.cfg.Access.Leases
	if l, held := leases.Of(vehicle); held && l.Holder == c.who.Name {
		l, _, err := leases.Take(vehicle, c.who.Name, false)
		return l, err // a renewal is not worth a record
	}
	var lease access.Lease
	record := access.Record{Kind: access.KindAccess, Action: "takeControl", Target: idText(vehicle), Reason: reason}
	err := c.audited(record, func(context.Context) error {
		var err error
		lease, _, err = leases.Take(vehicle, c.who.Name, force)
		return err
	})
	return lease, err
}

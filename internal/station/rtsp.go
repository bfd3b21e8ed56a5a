package station

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"

	"vedette/internal/access"
	"vedette/internal/config"
	"vedette/video"
	"vedette/video/rtspout"
)

// newRTSP builds the server for other software; nil where none is configured.
func newRTSP(ctx context.Context, file config.Config, v *video.Service, a *access.Access, record *viewings, log *slog.Logger) (*rtspout.Server, error) {
	r := file.Video.RTSP
	if r.Listen == "" && r.ListenTLS == "" {
		return nil, nil //nolint:nilnil // a server that is not wanted answers with zeros
	}
	cfg := rtspout.Config{
		Feeds: v, Gate: rtspGate{a, record}, Listen: r.Listen, ListenTLS: r.ListenTLS, UDPPort: r.UDPPort, MaxReaders: r.MaxReaders, Log: log,
	}
	if r.ListenTLS != "" {
		cert, err := tls.LoadX509KeyPair(file.TLS.Certificate, file.TLS.Key)
		if err != nil {
			return nil, fmt.Errorf("certificate for RTSPS: %w", err)
		}
		cfg.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	return rtspout.New(ctx, cfg)
}

// rtspGate lets in whom the console lets in.
type rtspGate struct {
	access   *access.Access
	viewings *viewings
}

// errOpen is the answer to credentials that could do harm to more than the pictures, given where others can listen in.
var errOpen = fmt.Errorf("%w: over plain RTSP from elsewhere only a token of the role viewer is taken", rtspout.ErrForbidden)

// SignIn implements rtspout.Gate. Where others can read along, a password is not even looked at: who it is must not get
// used to it.
func (g rtspGate) SignIn(ctx context.Context, c rtspout.Credentials) (rtspout.Pass, error) {
	if !c.Private && c.Name != access.TokenUser {
		return nil, errOpen
	}
	who, err := g.access.Verify(ctx, c.Name, c.Password, c.Address)
	if err != nil {
		return nil, gateError(err)
	}
	if !c.Private && who.Role != access.RoleViewer {
		return nil, errOpen
	}
	if !who.Role.Allows(access.RoleViewer) {
		return nil, fmt.Errorf("%w: %s is signed in as %q; this needs the role viewer", rtspout.ErrForbidden, who.Name, who.Role)
	}
	return rtspPass{g, who, c.Private}, nil
}

// gateError puts the errors of the access rules into those of the gate.
func gateError(err error) error {
	if many, ok := errors.AsType[*access.TooManyError](err); ok {
		return &rtspout.BusyError{After: many.RetryAfter, Text: many.Error()}
	}
	if errors.Is(err, access.ErrCredentials) || errors.Is(err, access.ErrUnauthorized) {
		return rtspout.ErrCredentials
	}
	return err
}

// rtspPass is somebody whom the gate let in.
type rtspPass struct {
	gate    rtspGate
	who     access.Principal
	private bool
}

// Name implements rtspout.Pass.
func (p rtspPass) Name() string { return p.who.Name }

// Check implements rtspout.Pass.
func (p rtspPass) Check(ctx context.Context) error {
	who, err := p.gate.access.Check(ctx, p.who)
	if err != nil {
		return gateError(err)
	}
	if !who.Role.Allows(access.RoleViewer) || !p.private && who.Role != access.RoleViewer {
		return errOpen
	}
	return nil
}

// Begin implements rtspout.Pass.
func (p rtspPass) Begin(ctx context.Context, session, feed, address string) (end func(), err error) {
	v := p.gate.viewings.prepare(access.Viewing{Who: p.who, Feed: feed, Means: access.MeansRTSP, Address: address})
	defer v.settled()
	if err := v.begin(ctx, session); err != nil {
		return nil, err
	}
	return v.end, nil
}

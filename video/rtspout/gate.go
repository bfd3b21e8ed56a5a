package rtspout

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
)

// Errors that a Gate answers with; their text is shown to the client.
var (
	// ErrCredentials means that nobody is known by that name and password.
	ErrCredentials = errors.New("the name or the password is wrong")
	// ErrForbidden means that who signed in may not watch here; wrapped in the reason.
	ErrForbidden = errors.New("not allowed")
)

// BusyError means that a sign-in is not even looked at for a while.
type BusyError struct {
	After time.Duration
	Text  string
}

func (e *BusyError) Error() string { return e.Text }

// Credentials are what a client gave of itself.
type Credentials struct {
	Name, Password string
	// Address is the client's IP address.
	Address string
	// Private is true where nobody on the way can read the password: over TLS, and on loopback.
	Private bool
}

// Gate decides who may watch.
type Gate interface {
	// SignIn finds who a name and a password speak for. Errors: ErrCredentials, ErrForbidden, *BusyError.
	SignIn(ctx context.Context, c Credentials) (Pass, error)
}

// Pass is the leave of one person or program to watch.
type Pass interface {
	// Name says who it is.
	Name() string
	// Check fails with ErrCredentials or ErrForbidden once the leave has ended.
	Check(ctx context.Context) error
	// Begin records that a viewing begins; the function that it returns records the end.
	Begin(ctx context.Context, session, feed, address string) (end func(), err error)
}

// realm is what a player shows when it asks for name and password.
const realm = "vedette"

// signIn finds who sends a request. Where it returns a response, that is the answer; an error beside it ends the
// connection. A connection that has signed in once is not looked at again for the same header.
func (s *Server) signIn(c *conn, req *base.Request) (Pass, *base.Response, error) {
	given := req.Header["Authorization"]
	if len(given) == 0 {
		return nil, challenge("sign in with a name and a password, or as 'token' with a token"), nil
	}
	header := sha256.Sum256([]byte(strings.Join(given, "\n")))
	if c.pass != nil && header == c.header {
		return c.pass, nil, nil
	}
	name, password, ok := basic(given[0])
	if !ok || len(given) > 1 {
		return nil, challenge("only Basic authentication is understood"), nil
	}
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	pass, err := s.cfg.Gate.SignIn(ctx, Credentials{Name: name, Password: password, Address: c.address(), Private: c.private()})
	var busy *BusyError
	switch {
	case err == nil:
		c.pass, c.header = pass, header
		c.known.Store(true)
		return pass, nil, nil
	case errors.Is(err, ErrCredentials):
		s.signInsRefused.Add(1)
		return nil, challenge(ErrCredentials.Error()), err
	case errors.Is(err, ErrForbidden):
		s.signInsRefused.Add(1)
		return nil, answer(base.StatusForbidden, err.Error()), err
	case errors.As(err, &busy):
		res := answer(base.StatusServiceUnavailable, busy.Error())
		res.Header["Retry-After"] = base.HeaderValue{strconv.Itoa(int((busy.After + time.Second - 1) / time.Second))}
		return nil, res, err
	}
	s.log.Error("cannot sign an RTSP client in", "error", err)
	return nil, answer(base.StatusInternalServerError, "sign-in failed"), fmt.Errorf("sign in: %w", err)
}

// basic reads a Basic Authorization header (RFC 7617): the password may hold colons.
func basic(header string) (name, password string, ok bool) {
	scheme, value, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(text), ":")
}

// challenge asks for a name and a password.
func challenge(text string) *base.Response {
	res := answer(base.StatusUnauthorized, text)
	res.Header["WWW-Authenticate"] = base.HeaderValue{`Basic realm="` + realm + `", charset="UTF-8"`}
	return res
}

// answer is a response whose reason phrase says in words what is the matter, since that is what players show.
func answer(status base.StatusCode, text string) *base.Response {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return &base.Response{StatusCode: status, StatusMessage: clean[:min(len(clean), 200)], Header: base.Header{}}
}

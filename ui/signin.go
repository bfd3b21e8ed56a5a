package ui

import (
	"errors"
	"html/template"
	"net/http"
	"strconv"

	"vedette/internal/access"
	"vedette/ui/api"
)

func (s *Server) me(who access.Principal) api.Me {
	info := s.cfg.Station.Info()
	if info.Version == "" {
		info.Version = s.cfg.Version
	}
	return api.Me{Name: who.Name, Role: string(who.Role), Via: who.Via, Station: info}
}

func getMe(c *call) error { return c.answer(c.s.me(c.who)) }

// signIn opens a session for a ticket or a password, with a code where the account has a second factor.
func signIn(c *call) error {
	if origin := c.r.Header.Get("Origin"); origin != "" && !c.s.ownOrigin(c.r, origin) {
		return api.Forbidden("sign-in comes from the origin %q, which is not this station's", origin)
	}
	var b api.SignIn
	if err := c.body(&b); err != nil {
		return err
	}
	var secret string
	var who access.Principal
	var err error
	switch {
	case b.Ticket != "" && b.Name == "" && b.Password == "" && b.Code == "":
		secret, who, err = c.s.cfg.Access.Redeem(c.r.Context(), b.Ticket, c.address())
	case b.Ticket == "" && b.Name != "" && b.Password != "":
		secret, who, err = c.s.cfg.Access.SignIn(c.r.Context(), access.Credentials{Name: b.Name, Password: b.Password, Code: b.Code}, c.address())
	default:
		return api.BadRequest("give either ticket, or name and password, with code where the account has a second factor")
	}
	if err != nil {
		return err
	}
	setCookie(c.w, c.r, secret)
	return c.answer(c.s.me(who))
}

func signOut(c *call) error {
	if err := c.s.cfg.Access.SignOut(c.r.Context(), c.who, c.address()); err != nil {
		return err
	}
	setCookie(c.w, c.r, "")
	return c.noContent()
}

// signInPage is where the printed link leads: it uses the ticket up and goes on to the console.
func signInPage(c *call) error {
	if c.r.Method != http.MethodGet { // a link preview must not use the ticket up
		return api.NewProblem(http.StatusMethodNotAllowed, "the sign-in link takes GET")
	}
	secret, _, err := c.s.cfg.Access.Redeem(c.r.Context(), c.r.URL.Query().Get("ticket"), c.address())
	if err != nil {
		return c.signInFailed(err)
	}
	setCookie(c.w, c.r, secret)
	http.Redirect(c.w, c.r, "/", http.StatusSeeOther)
	return nil
}

// signInFailed sends a browser that is signed in already to the console, and tells any other what to do.
func (c *call) signInFailed(err error) error {
	var many *access.TooManyError
	status := http.StatusUnauthorized
	text := "This sign-in link has been used, or is older than ten minutes."
	switch {
	case errors.Is(err, access.ErrCredentials):
		if _, err := c.s.identify(c.r); err == nil {
			http.Redirect(c.w, c.r, "/", http.StatusSeeOther)
			return nil
		}
	case errors.As(err, &many):
		status, text = http.StatusTooManyRequests, "There were too many failed attempts. Wait "+strconv.Itoa(many.Seconds())+" seconds."
		c.w.Header().Set("Retry-After", strconv.Itoa(many.Seconds()))
	default:
		return err
	}
	return c.page(status, "Sign-in", text, "Start the station again for a new link, ask its operator for one, or sign in with a name and a password at the console.")
}

var pageTemplate = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Vedette: {{.Title}}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em">
<h1>{{.Title}}</h1><p>{{.What}}</p><p>{{.Then}}</p><p><a href="/">To the console</a></p></body></html>
`))

// page answers with a plain page for people.
func (c *call) page(status int, title, what, then string) error {
	return writePage(c.w, status, title, what, then)
}

func writePage(w http.ResponseWriter, status int, title, what, then string) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, struct{ Title, What, Then string }{title, what, then}) // the client may be gone
	return nil
}

package ui

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"vedette/internal/access"
	"vedette/ui/api"
)

// accountRecord is what the audit keeps of a change; never a password.
type accountRecord struct {
	Role     string `json:"role,omitempty"`
	Disabled *bool  `json:"disabled,omitempty"`
}

func getAccounts(c *call) error {
	all, err := c.s.cfg.Access.Accounts(c.r.Context())
	if err != nil {
		return err
	}
	out := make([]api.Account, len(all))
	for i, a := range all {
		out[i] = accountOf(a)
	}
	return c.answer(out)
}

func addAccount(c *call) error {
	var b api.NewAccount
	if err := c.body(&b); err != nil {
		return err
	}
	record := access.Record{Kind: access.KindAccess, Action: "addAccount", Target: b.Name, Detail: accountRecord{Role: b.Role}}
	err := c.audited(record, func(ctx context.Context) error {
		return accountProblem(c.s.cfg.Access.AddAccount(ctx, b.Name, b.Password, access.Role(b.Role)))
	})
	if err != nil {
		return err
	}
	return c.answerAccount(http.StatusCreated, b.Name)
}

// changeAccount gives an account another role or password, closes or reopens it, or takes its second factor off: one of these
// at a time, so that each has its own record.
func changeAccount(c *call) error {
	var b api.AccountChange
	if err := c.body(&b); err != nil {
		return err
	}
	name := c.r.PathValue("name")
	record := access.Record{Kind: access.KindAccess, Target: name}
	var do func(context.Context) error
	a := c.s.cfg.Access
	if countTrue(b.Role != "", b.Disabled != nil, b.Password != "", b.SecondFactor != nil) != 1 {
		return api.BadRequest("one of role, disabled, password and secondFactor is needed, and only one")
	}
	switch {
	case b.Role != "":
		record.Action, record.Detail = "setRole", accountRecord{Role: b.Role}
		do = func(ctx context.Context) error { return a.SetRole(ctx, name, access.Role(b.Role)) }
	case b.Disabled != nil:
		record.Action, record.Detail = "disableAccount", accountRecord{Disabled: b.Disabled}
		do = func(ctx context.Context) error { return a.SetDisabled(ctx, name, *b.Disabled) }
	case b.Password != "":
		record.Action = "setPassword"
		do = func(ctx context.Context) error { return a.SetPassword(ctx, name, b.Password) }
	case *b.SecondFactor:
		return api.BadRequest("a second factor is set up beside the station: vedette user totp %s", name)
	default:
		record.Action = "removeSecondFactor"
		do = func(ctx context.Context) error { return a.RemoveFactor(ctx, name) }
	}
	err := c.audited(record, func(ctx context.Context) error {
		if name == c.who.Name && b.Password == "" {
			return api.Conflict("this is your own account: another admin changes its role, closes it, or takes its second factor off")
		}
		return accountProblem(do(ctx))
	})
	if err != nil {
		return err
	}
	return c.answerAccount(http.StatusOK, name)
}

func countTrue(all ...bool) (n int) {
	for _, one := range all {
		if one {
			n++
		}
	}
	return n
}

func (c *call) answerAccount(status int, name string) error {
	all, err := c.s.cfg.Access.Accounts(c.r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(a access.Account) bool { return a.Name == name })
	if i < 0 {
		return api.NotFound("there is no account %q any more", name)
	}
	return c.answerStatus(status, accountOf(all[i]))
}

func accountOf(a access.Account) api.Account {
	out := api.Account{Name: a.Name, Role: string(a.Role), Disabled: a.Disabled, Created: api.At(a.Created)}
	if a.Factor != nil {
		since := api.At(a.Factor.Since)
		out.SecondFactor = &since
	}
	return out
}

func accountProblem(err error) error {
	switch {
	case errors.Is(err, access.ErrBadAccount):
		return api.BadRequest("%v", err)
	case errors.Is(err, access.ErrAccountTaken):
		return api.Conflict("%v", err)
	case errors.Is(err, access.ErrNoAccount):
		return api.NotFound("%v", err)
	}
	return err
}

// operators are those whom an alert can be assigned to: who may decide about it, and whoever asks.
func (c *call) operators(ctx context.Context) ([]string, error) {
	all, err := c.s.cfg.Access.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{c.who.Name}
	for _, a := range all {
		if !a.Disabled && a.Role.Allows(access.RoleOperator) && a.Name != c.who.Name {
			names = append(names, a.Name)
		}
	}
	slices.SortFunc(names, cmp.Compare)
	return names, nil
}

func getOperators(c *call) error {
	names, err := c.operators(c.r.Context())
	if err != nil {
		return err
	}
	return c.answer(names)
}

// assignRecord is what the audit keeps of an assignment.
type assignRecord struct {
	To   string `json:"to"`
	From string `json:"from,omitempty"`
}

// assignAlert gives an alert to somebody who may decide about it. Of two who do so at once one wins.
func assignAlert(c *call) error {
	var b api.AlertAssignment
	if err := c.optionalBody(&b); err != nil {
		return err
	}
	to := c.who.Name
	if b.To != nil {
		to = *b.To
	}
	if to != "" {
		names, err := c.operators(c.r.Context())
		if err != nil {
			return err
		}
		if !slices.Contains(names, to) {
			return api.BadRequest("%.64q is nobody who may decide about alerts: GET %s/operators names them", to, base)
		}
	}
	id := c.r.PathValue("id")
	var alert api.Alert
	record := access.Record{Kind: access.KindAlert, Action: "assign", Target: id, Detail: assignRecord{To: to, From: b.From}}
	err := c.audited(record, func(ctx context.Context) error {
		var err error
		alert, err = c.s.cfg.Station.AssignAlert(ctx, c.who, id, to, b.From)
		return err
	})
	if err != nil {
		return err
	}
	return c.answer(alert)
}

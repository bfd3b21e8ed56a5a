package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"vedette/internal/access"
	"vedette/internal/store"
)

const userUsage = `usage: vedette user [--data DIR] add NAME [--role viewer|operator|admin]
       vedette user [--data DIR] list | passwd NAME | role NAME ROLE | disable NAME | enable NAME
       vedette user [--data DIR] totp NAME [--off] [--station NAME]`

// runUser manages accounts in the station's record; the station may be running.
func runUser(ctx context.Context, env environment, args []string) error {
	fs := newFlags("user")
	data := fs.String("data", "data", "`folder` of the station's record")
	role := fs.String("role", string(access.RoleViewer), "role of a new account: viewer, operator or admin")
	var f factorFlags
	fs.BoolVar(&f.off, "off", false, "of totp: take the second factor off")
	fs.StringVar(&f.station, "station", "Vedette", "of totp: `name` under which the authenticator lists the account")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 || (words[0] != "totp" && f.off) {
		return usagef("%s", userUsage)
	}
	return withAccess(ctx, *data, func(a *access.Access) error {
		switch {
		case words[0] == "list" && len(words) == 1:
			return listAccounts(ctx, env, a)
		case words[0] == "totp" && len(words) == 2:
			return secondFactor(ctx, env, a, words[1], f)
		case words[0] == "add" && len(words) == 2:
			password, err := readPassword(env)
			if err != nil {
				return err
			}
			return fromShell(ctx, a, "addAccount", words[1], *role, a.AddAccount(ctx, words[1], password, access.Role(*role)))
		case words[0] == "passwd" && len(words) == 2:
			password, err := readPassword(env)
			if err != nil {
				return err
			}
			return fromShell(ctx, a, "setPassword", words[1], "", a.SetPassword(ctx, words[1], password))
		case words[0] == "role" && len(words) == 3:
			return fromShell(ctx, a, "setRole", words[1], words[2], a.SetRole(ctx, words[1], access.Role(words[2])))
		case (words[0] == "disable" || words[0] == "enable") && len(words) == 2:
			return fromShell(ctx, a, words[0]+"Account", words[1], "", a.SetDisabled(ctx, words[1], words[0] == "disable"))
		default:
			return usagef("%s", userUsage)
		}
	})
}

func listAccounts(ctx context.Context, env environment, a *access.Access) error {
	accounts, err := a.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		var state []string
		if acc.Factor != nil {
			state = append(state, "second factor")
		}
		if acc.Disabled {
			state = append(state, "disabled")
		}
		if _, err := fmt.Fprintf(env.out, "%-24s %-10s %s\n", acc.Name, acc.Role, strings.Join(state, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// fromShell records what was done beside the station, in the name of the user of the machine: who has the data folder needs
// no account, and the audit shall have it all the same.
func fromShell(ctx context.Context, a *access.Access, action, target, role string, done error) error {
	r := access.Record{Kind: access.KindAccess, Who: access.Principal{Name: shellUser(), Via: "shell"}, Action: action, Target: target, Outcome: "done"}
	if role != "" {
		r.Detail = map[string]string{"role": role}
	}
	if done != nil {
		r.Outcome, r.Reason = "refused", done.Error()
	}
	return errors.Join(done, a.Audit(ctx, r))
}

// shellUser cannot be mistaken for an account, whose names have no colon.
func shellUser() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return "shell:" + u.Username
	}
	return "shell:" + strconv.Itoa(os.Getuid())
}

//nolint:gosec // a usage text
const tokenUsage = `usage: vedette token [--data DIR] create --name NAME [--role viewer|operator|admin]
       vedette token [--data DIR] list | revoke --name NAME`

// runToken manages API tokens in the station's record; the station may be running.
func runToken(ctx context.Context, env environment, args []string) error {
	fs := newFlags("token")
	data := fs.String("data", "data", "`folder` of the station's record")
	role := fs.String("role", string(access.RoleViewer), "role of a new token: viewer, operator or admin")
	name := fs.String("name", "", "`name` of the token")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 || (words[0] != "list" && *name == "") {
		return usagef("%s", tokenUsage)
	}
	return withAccess(ctx, *data, func(a *access.Access) error {
		switch words[0] {
		case "create":
			secret, err := a.CreateToken(ctx, *name, access.Role(*role))
			if err := fromShell(ctx, a, "createToken", *name, *role, err); err != nil {
				return err
			}
			_, err = fmt.Fprintln(env.out, secret)
			return err
		case "revoke":
			return fromShell(ctx, a, "revokeToken", *name, "", a.RevokeToken(ctx, *name))
		case "list":
			tokens, err := a.Tokens(ctx)
			if err != nil {
				return err
			}
			for _, t := range tokens {
				if _, err := fmt.Fprintf(env.out, "%-24s %-10s %s\n", t.Name, t.Role, t.Created.Format("2006-01-02")); err != nil {
					return err
				}
			}
			return nil
		default:
			return usagef("%s", tokenUsage)
		}
	})
}

// wordsAndFlags parses flags that may stand before, between and after the words.
func wordsAndFlags(env environment, fs *flag.FlagSet, args []string) (words []string, err error) {
	for {
		if err := parseFlags(env, fs, args, true); err != nil {
			return nil, err
		}
		if fs.NArg() == 0 {
			return words, nil
		}
		words = append(words, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

func withAccess(ctx context.Context, dir string, use func(*access.Access) error) (err error) {
	if _, err := os.Stat(dir); err != nil {
		return usagef("the station's record: %w; name its folder with --data", err)
	}
	s, err := store.Open(ctx, filepath.Join(dir, "vedette.db"), store.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	a, err := access.New(access.Config{Store: s})
	if err != nil {
		return err
	}
	return use(a)
}

// readPassword reads one line of standard input, without showing it on a terminal.
func readPassword(env environment) (string, error) {
	if f, ok := env.in.(*os.File); ok && isTerminal(f) {
		_, _ = fmt.Fprint(env.errOut, "Password: ") // the terminal shows nothing else
		if restore := hideTyping(f); restore != nil {
			defer restore()
		}
	}
	line, err := bufio.NewReader(env.in).ReadString('\n')
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", usagef("no password on standard input: %w", err)
	}
	return password, nil
}

// hideTyping switches a terminal's echo off and gives the way back, or nil where that cannot be done.
func hideTyping(f *os.File) (restore func()) {
	old, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		return nil
	}
	quiet := *old
	quiet.Lflag &^= unix.ECHO
	if unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, &quiet) != nil {
		return nil
	}
	return func() { _ = unix.IoctlSetTermios(int(f.Fd()), unix.TCSETS, old) } // a terminal that is gone needs no echo
}

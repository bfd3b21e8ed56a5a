package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vedette/internal/access"
	"vedette/internal/store"
)

const userUsage = `usage: vedette user [--data DIR] add NAME [--role viewer|operator|admin]
       vedette user [--data DIR] list | passwd NAME | role NAME ROLE | disable NAME | enable NAME`

// runUser manages accounts in the station's record; the station may be running.
func runUser(ctx context.Context, env environment, args []string) error {
	fs := newFlags("user")
	data := fs.String("data", "data", "`folder` of the station's record")
	role := fs.String("role", string(access.RoleViewer), "role of a new account: viewer, operator or admin")
	words, err := wordsAndFlags(env, fs, args)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("%s", userUsage)
	}
	return withAccess(ctx, *data, func(a *access.Access) error {
		switch {
		case words[0] == "list" && len(words) == 1:
			accounts, err := a.Accounts(ctx)
			if err != nil {
				return err
			}
			for _, acc := range accounts {
				state := ""
				if acc.Disabled {
					state = "disabled"
				}
				if _, err := fmt.Fprintf(env.out, "%-24s %-10s %s\n", acc.Name, acc.Role, state); err != nil {
					return err
				}
			}
			return nil
		case words[0] == "add" && len(words) == 2:
			password, err := readPassword(env)
			if err != nil {
				return err
			}
			return a.AddAccount(ctx, words[1], password, access.Role(*role))
		case words[0] == "passwd" && len(words) == 2:
			password, err := readPassword(env)
			if err != nil {
				return err
			}
			return a.SetPassword(ctx, words[1], password)
		case words[0] == "role" && len(words) == 3:
			return a.SetRole(ctx, words[1], access.Role(words[2]))
		case (words[0] == "disable" || words[0] == "enable") && len(words) == 2:
			return a.SetDisabled(ctx, words[1], words[0] == "disable")
		default:
			return usagef("%s", userUsage)
		}
	})
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
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(env.out, secret)
			return err
		case "revoke":
			return a.RevokeToken(ctx, *name)
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

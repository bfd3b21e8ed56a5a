package main

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"io"
	"strings"

	"github.com/pquerna/otp"

	"vedette/internal/access"
)

// factorFlags are what `vedette user totp` may be told.
type factorFlags struct {
	off     bool
	station string
}

// secondFactor sets an account's second factor up, or takes it off.
func secondFactor(ctx context.Context, env environment, a *access.Access, name string, f factorFlags) error {
	if f.off {
		return fromShell(ctx, a, "removeSecondFactor", name, "", a.RemoveFactor(ctx, name))
	}
	key, err := a.NewFactor(ctx, name, f.station)
	if err != nil {
		return err
	}
	picture, err := qrCode(key)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(env.out, "%s\n%s\nTake this into an authenticator: by its picture, or the key %s by hand (SHA-1, 6 digits, 30 s).\n", picture, key.URL(), key.Secret()); err != nil {
		return err
	}
	_, _ = fmt.Fprint(env.errOut, "The code that it shows: ") // beside what is kept
	line, err := bufio.NewReader(env.in).ReadString('\n')
	code := strings.TrimSpace(line)
	if code == "" {
		return usagef("no code on standard input (%w): nothing was changed", err)
	}
	spare, err := a.ConfirmFactor(ctx, name, key, code)
	if err := fromShell(ctx, a, "setSecondFactor", name, "", err); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.out, "From now on %s is asked for a code at every sign-in.\n"+
		"Each of these spare codes works once in place of one, for a lost phone or a station whose clock is wrong. They are not shown again:\n  %s\n", name, strings.Join(spare, "\n  "))
	return err
}

// qrCode draws a key's address for a terminal, two rows of the picture in each line of text. The light is drawn, not the dark, for
// terminals are dark; a scanner takes either.
func qrCode(key *otp.Key) (string, error) {
	const smallest, step, largest = 21, 4, 177 // modules of the versions 1 to 40
	var img image.Image
	var err error
	for size := smallest; size <= largest; size += step {
		if img, err = key.Image(size, size); err == nil {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("draw the address of the second factor: %w", err)
	}
	const margin = 2
	size := img.Bounds().Dx()
	light := func(x, y int) bool {
		if x < 0 || y < 0 || x >= size || y >= size {
			return true
		}
		r, _, _, _ := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).RGBA()
		return r > 0x7fff
	}
	var b strings.Builder
	for y := -margin; y < size+margin; y += 2 {
		for x := -margin; x < size+margin; x++ {
			halves := map[[2]bool]string{{true, true}: "\u2588", {true, false}: "\u2580", {false, true}: "\u2584", {false, false}: " "}
			_, _ = io.WriteString(&b, halves[[2]bool{light(x, y), light(x, y+1)}]) // a builder never fails
		}
		b.WriteByte('\n')
	}
	return b.String(), nil
}

package ingest

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// TLS says which certificates of a source are trusted. The zero value: those that the system's roots vouch for.
type TLS struct {
	// CAFile is a file of PEM certificates that vouch for the source instead of the system's roots.
	CAFile string
	// Fingerprint is the SHA-256 of the source's certificate, "sha256:" and 64 hexadecimal digits, with or without
	// colons: this certificate is trusted and no other, whatever name and dates it bears.
	Fingerprint string
	// Insecure trusts every certificate: whoever is on the path can read the password and show other pictures.
	Insecure bool
}

var errFingerprint = errors.New("the certificate is not the one that is expected")

// ParseFingerprint reads a fingerprint as Fingerprint wants it.
func ParseFingerprint(text string) ([sha256.Size]byte, error) {
	var sum [sha256.Size]byte
	digits, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), "sha256:")
	raw, err := hex.DecodeString(strings.ReplaceAll(digits, ":", ""))
	if !ok || err != nil || len(raw) != len(sum) {
		return sum, errors.New("needs the form sha256: and 64 hexadecimal digits")
	}
	return [sha256.Size]byte(raw), nil
}

// config makes the configuration for one connection.
func (t TLS) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	switch {
	case t.Fingerprint != "":
		want, err := ParseFingerprint(t.Fingerprint)
		if err != nil {
			return nil, fmt.Errorf("%w: fingerprint %w", ErrTLS, err)
		}
		c.InsecureSkipVerify = true // VerifyConnection is stricter
		c.VerifyConnection = func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || sha256.Sum256(s.PeerCertificates[0].Raw) != want {
				return fmt.Errorf("%w: it has the fingerprint %s", errFingerprint, fingerprint(s.PeerCertificates))
			}
			return nil
		}
	case t.Insecure:
		c.InsecureSkipVerify = true //nolint:gosec // asked for, and documented for what it is
	case t.CAFile != "":
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("%w: read tls.ca: %w", ErrTLS, err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%w: tls.ca: %s holds no certificate", ErrTLS, t.CAFile)
		}
	}
	return c, nil
}

// fingerprint writes the fingerprint of a chain's first certificate as the configuration takes it.
func fingerprint(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return "of no certificate"
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(chain[0].Raw))
}

// certificateWords says why a certificate was refused and how to trust it.
func certificateWords(e *tls.CertificateVerificationError) string {
	return fmt.Sprintf("%v. If it is the camera's own, trust it by tls.ca or tls.fingerprint (%s)",
		e.Err, fingerprint(e.UnverifiedCertificates))
}

package vault

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/vault/api"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// explain puts an error of a request that needed a capability on a path into a sentence that says what to
// do. Errors of the key/value store that its callers tell apart pass through.
func (s *session) explain(err error, capability, path string) error {
	var answer *api.ResponseError
	switch {
	case err == nil, errors.Is(err, api.ErrSecretNotFound), isMismatch(err), errors.Is(err, context.Canceled):
		return err
	case isInvalidToken(err):
		return fault.New(fault.Unauthenticated, "Vault at %s does not know the token that it gave to --vault-auth %s; check whether something revokes it", s.address, s.login.Method)
	case isForbidden(err):
		return fault.New(fault.Forbidden, "Vault does not let this login %s %s; have its policy grant %q on that path", capability, path, capability)
	case isSealed(err):
		return fault.New(fault.Unavailable, "Vault at %s is sealed; unseal it (vault operator unseal) and try again", s.address)
	case !errors.As(err, &answer):
		return s.unreachable(err)
	case answer.RawError:
		return fault.New(fault.Upstream, "what answers at %s with status %d does not speak as Vault does; check --vault-addr", s.address, answer.StatusCode)
	case answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests:
		return fault.New(fault.Unavailable, "Vault at %s cannot %s %s now (status %d): %s", s.address, capability, path, answer.StatusCode, said(answer))
	}
	return fault.New(fault.Upstream, "Vault at %s refuses to %s %s (status %d): %s", s.address, capability, path, answer.StatusCode, said(answer))
}

// explainLogin is explain for the login at a path.
func (s *session) explainLogin(err error, path string) error {
	var answer *api.ResponseError
	if !errors.As(err, &answer) || answer.RawError || answer.StatusCode >= http.StatusInternalServerError {
		return s.explain(err, "update", path)
	}
	// Vault does not tell a method that is not there from one that refuses.
	return fault.New(fault.Unauthenticated, "Vault at %s refuses the login at %s (status %d: %s); check --vault-role, what --vault-credential-file holds, and whether the method is enabled there (--vault-auth-mount, --vault-namespace)",
		s.address, path, answer.StatusCode, said(answer))
}

// unreachable says why a server did not answer at all.
func (s *session) unreachable(err error) error {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) {
		return fault.Wrap(certificate.Err, fault.Unavailable, "Vault at %s shows a certificate that this machine does not trust; give --vault-ca-cert the authority, or --vault-tls-server-name the name", s.address)
	}
	return fault.Wrap(err, fault.Unavailable, "Vault does not answer at %s; check --vault-addr and that the server runs", s.address)
}

// said is the server's own words in one line.
func said(answer *api.ResponseError) string {
	words := slices.DeleteFunc(strings.Fields(strings.Join(answer.Errors, "; ")), func(word string) bool { return word == "*" })
	return strings.Join(words, " ")
}

func isSealed(err error) bool {
	var answer *api.ResponseError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusServiceUnavailable && strings.Contains(said(answer), "sealed")
}

func isForbidden(err error) bool {
	var answer *api.ResponseError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusForbidden
}

// isInvalidToken tells a token that ended from one that may not do what was asked.
func isInvalidToken(err error) bool {
	var answer *api.ResponseError
	return isForbidden(err) && errors.As(err, &answer) && strings.Contains(said(answer), "invalid token")
}

// isMismatch says whether a secret was written by somebody else since it was read.
func isMismatch(err error) bool {
	var answer *api.ResponseError
	return errors.As(err, &answer) && answer.StatusCode == http.StatusBadRequest && strings.Contains(said(answer), "check-and-set parameter did not match")
}

package vault

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// requestWithin bounds one request with its retries, of which the client makes two where the server is
// away, sealed or overloaded.
const requestWithin = 15 * time.Second

// session is a login and the client that uses it.
type session struct {
	client  *api.Client
	login   Login
	address string
	trouble trouble

	mutex sync.Mutex
	// lease is that of the token in use, without a duration where it does not end. renewed receives when it
	// changes.
	lease   *api.Secret
	renewed chan struct{}
}

// open logs in.
func open(ctx context.Context, o Options) (*session, error) {
	o.Login.Method = cmp.Or(o.Login.Method, Token)
	if err := o.Login.check(); err != nil {
		return nil, err
	}
	client, err := o.client()
	if err != nil {
		return nil, err
	}
	s := &session{client: client, login: o.Login, address: o.Address, renewed: make(chan struct{}, 1)}
	s.trouble.logger = cmp.Or(o.Logger, slog.Default()).With("vault", o.Address)
	return s, s.authenticate(ctx)
}

// do makes a request that needs a capability on a path, and explains its failure. Where the token is no
// longer valid it logs in and tries once more.
func (s *session) do(ctx context.Context, capability, path string, request func(ctx context.Context, client *api.Client, path string) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	used := s.client.Token()
	err := s.explain(request(ctx, s.client, path), capability, path)
	if fault.Is(err, fault.Unauthenticated) {
		if err = s.reauthenticate(ctx, used); err == nil {
			err = s.explain(request(ctx, s.client, path), capability, path)
		}
	}
	if err == nil || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Unauthenticated) {
		s.trouble.note(err)
	}
	return err
}

// reauthenticate logs in unless somebody else has done so since the token was used.
func (s *session) reauthenticate(ctx context.Context, used string) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.client.Token() != used {
		return nil
	}
	return s.authenticateLocked(ctx)
}

func (s *session) authenticate(ctx context.Context) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.authenticateLocked(ctx)
}

// authenticateLocked gets a token and its lease.
func (s *session) authenticateLocked(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	credential, err := s.login.credential()
	if err != nil {
		return err
	}
	var lease *api.Secret
	if s.login.Method == Token {
		lease, err = s.adopt(ctx, credential)
	} else {
		lease, err = s.request(ctx, credential)
	}
	if err != nil {
		return err
	}
	s.client.SetToken(lease.Auth.ClientToken)
	s.lease = lease
	select {
	case s.renewed <- struct{}{}:
	default:
	}
	return nil
}

// request exchanges what the login proves itself with for a token.
func (s *session) request(ctx context.Context, credential string) (*api.Secret, error) {
	body := map[string]any{"role": s.login.Role, "jwt": credential}
	if s.login.Method == AppRole {
		body = map[string]any{"role_id": s.login.Role, "secret_id": credential}
	}
	path := "auth/" + s.login.mount() + "/login"
	// The token before this one, which may have ended, must not go along.
	anonymous, err := s.client.CloneWithHeaders()
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "a second client of Vault cannot be made")
	}
	anonymous.ClearToken()
	lease, err := anonymous.Logical().WriteWithContext(ctx, path, body)
	if err != nil {
		return nil, s.explainLogin(err, path)
	}
	if lease == nil || lease.Auth == nil || lease.Auth.ClientToken == "" {
		return nil, fault.New(fault.Upstream, "Vault at %s answers the login at %s without a token; is another kind of method mounted there, or one that wants a second factor?", s.address, path)
	}
	return lease, nil
}

// adopt takes a token that was made elsewhere and asks how long it holds. A token that may not even ask
// that is used until it ends.
func (s *session) adopt(ctx context.Context, token string) (*api.Secret, error) {
	lease := &api.Secret{Auth: &api.SecretAuth{ClientToken: token}}
	bearing, err := s.client.CloneWithHeaders()
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "a second client of Vault cannot be made")
	}
	bearing.SetToken(token)
	found, err := bearing.Auth().Token().LookupSelfWithContext(ctx)
	switch {
	case isInvalidToken(err):
		return nil, fault.New(fault.Unauthenticated, "the token for Vault is not valid, or no longer; renew what VAULT_TOKEN or --vault-credential-file gives")
	case isForbidden(err):
		return lease, nil
	case err != nil:
		return nil, s.explain(err, "read", "auth/token/lookup-self")
	}
	lease.Auth.Renewable, err = found.TokenIsRenewable()
	if err != nil {
		return nil, fault.Wrap(err, fault.Upstream, "Vault at %s describes its own token in a way that cannot be read", s.address)
	}
	if seconds, isNumber := found.Data["ttl"].(json.Number); isNumber {
		_, _ = fmt.Sscan(seconds.String(), &lease.Auth.LeaseDuration)
	}
	return lease, nil
}

// close gives back a token that this process logged in for; one that was handed to it is another's.
func (s *session) close(ctx context.Context) {
	if s.login.Method == Token || s.client.Token() == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	// Where this fails, the token ends with its lease.
	_ = s.client.Auth().Token().RevokeSelfWithContext(ctx, "")
	s.client.ClearToken()
}

package vault_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/tlsfile/tlsfiletest"
	"github.com/omnicloud/omnicloud/internal/vault"
	"github.com/omnicloud/omnicloud/internal/vault/vaulttest"
)

// patience bounds every wait for the server; in a healthy run each takes a few seconds.
const patience = 60 * time.Second

func TestLogin(t *testing.T) {
	server := vaulttest.Start(t)
	server.Put("omnicloud/key", map[string]any{"value": "content"})
	policy := mayDo("omnicloud", `"read"`)
	reads := func(t *testing.T, login vault.Login) {
		t.Helper()
		secrets, err := vault.Connect(t.Context(), vault.Options{Address: server.Address, Path: "secret/omnicloud", Login: login})
		require.NoError(t, err)
		held, err := secrets.Read(t.Context(), "key")
		require.NoError(t, err)
		require.Equal(t, "content", string(held))
		secrets.Close(t.Context())
	}
	t.Run("with a token in a file, which goes before VAULT_TOKEN", func(t *testing.T) {
		t.Setenv("VAULT_TOKEN", "hvs.another")
		reads(t, vault.Login{Method: vault.Token, CredentialFile: write(t, server.Token(policy, time.Hour)+"\n")})
	})
	t.Run("with a token that may not look at itself", func(t *testing.T) {
		server.Write("sys/policies/acl/mute", map[string]any{"policy": policy})
		made := server.Write("auth/token/create", map[string]any{"policies": []string{"mute"}, "no_default_policy": true, "ttl": "1h"})
		t.Setenv("VAULT_TOKEN", made.Auth.ClientToken)
		reads(t, vault.Login{})
	})
	t.Run("with AppRole, leaving no token behind", func(t *testing.T) {
		role, secret := server.AppRole(policy, time.Hour, time.Hour)
		before := server.Tokens()
		reads(t, vault.Login{Method: vault.AppRole, Role: role, CredentialFile: secret})
		require.Equal(t, before, server.Tokens())
	})
	t.Run("with the token of a service account", func(t *testing.T) {
		public, private, err := ed25519.GenerateKey(nil)
		require.NoError(t, err)
		encoded, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		server.Write("auth/kubernetes/config", map[string]any{
			"jwt_validation_pubkeys": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: encoded})), "jwt_supported_algs": []string{"EdDSA"},
		})
		server.Write("auth/kubernetes/role/omnicloud", map[string]any{
			"role_type": "jwt", "user_claim": "sub", "bound_audiences": []string{"vault"},
			"bound_subject": "system:serviceaccount:omnicloud:worker", "token_policies": server.Policy(policy),
		})
		account, err := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
			"sub": "system:serviceaccount:omnicloud:worker", "aud": "vault", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
		}).SignedString(private)
		require.NoError(t, err)
		reads(t, vault.Login{Method: vault.Kubernetes, Role: "omnicloud", CredentialFile: write(t, account)})
	})
}

func TestTLS(t *testing.T) {
	certificates := tlsfiletest.New(t)
	server := vaulttest.StartTLS(t, certificates.ServerCert, certificates.ServerKey, certificates.Authority)
	t.Setenv("VAULT_TOKEN", server.Root.Token())
	o := vault.Options{Address: server.Address, Path: "secret/omnicloud"}
	t.Run("an authority that nobody knows is named as the reason", func(t *testing.T) {
		_, err := vault.Connect(t.Context(), o)
		require.ErrorContains(t, err, "shows a certificate that this machine does not trust; give --vault-ca-cert the authority")
		require.ErrorContains(t, err, "unknown authority")
	})
	t.Run("the flag makes it known", func(t *testing.T) {
		known := o
		known.CACert = certificates.Authority
		_, err := vault.Connect(t.Context(), known)
		require.NoError(t, err)
	})
	t.Run("so does the environment of Vault's own programs", func(t *testing.T) {
		t.Setenv("VAULT_CACERT", certificates.Authority)
		_, err := vault.Connect(t.Context(), o)
		require.NoError(t, err)
		other := o
		other.TLSServerName = "vault.example.com"
		_, err = vault.Connect(t.Context(), other)
		require.ErrorContains(t, err, "--vault-tls-server-name")
	})
	t.Run("a file without certificates is refused", func(t *testing.T) {
		broken := o
		broken.CACert = filepath.Join(t.TempDir(), "none.pem")
		_, err := vault.Connect(t.Context(), broken)
		require.ErrorContains(t, err, "the certificates of --vault-ca-cert cannot be used")
	})
}

// TestLease keeps a login whose tokens end within seconds.
func TestLease(t *testing.T) {
	server := vaulttest.Start(t)
	server.Put("omnicloud/key", map[string]any{"value": "content"})
	role, secret := server.AppRole(mayDo("omnicloud", `"read"`), 3*time.Second, 6*time.Second)
	var logged journal
	secrets, err := vault.Connect(t.Context(), vault.Options{
		Address: server.Address, Path: "secret/omnicloud",
		Login:  vault.Login{Method: vault.AppRole, Role: role, CredentialFile: secret},
		Logger: slog.New(slog.NewTextHandler(&logged, nil)),
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); secrets.Keep(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	reads := func() error {
		held, err := secrets.Read(t.Context(), "key")
		if err == nil {
			require.Equal(t, "content", string(held))
		}
		return err
	}

	t.Run("the token is renewed, and had anew where it ends", func(t *testing.T) {
		require.Eventually(t, func() bool {
			return server.Requests("auth/token/renew-self") > 1 && server.Requests("auth/approle/login") > 1
		}, patience, 50*time.Millisecond)
		require.NoError(t, reads())
		require.Empty(t, logged.String(), "nothing went wrong")
	})
	t.Run("a token that was revoked is had anew by the next request", func(t *testing.T) {
		server.RevokeTokens("approle")
		require.NoError(t, reads())
	})
	t.Run("while Vault is sealed that is logged once, and once that it serves again", func(t *testing.T) {
		server.Seal()
		require.Eventually(t, func() bool { return strings.Contains(logged.String(), "is sealed") }, patience, 50*time.Millisecond)
		require.ErrorContains(t, reads(), "is sealed")
		server.Unseal()
		require.Eventually(t, func() bool { return reads() == nil && strings.Contains(logged.String(), "serves this process again") },
			patience, 50*time.Millisecond)
		require.Equal(t, 1, strings.Count(logged.String(), "level=WARN"), logged.String())
	})
	t.Run("no log line holds what logs in", func(t *testing.T) {
		require.NotContains(t, logged.String(), strings.TrimSpace(read(t, secret)))
		require.NotContains(t, logged.String(), "hvs.")
	})
}

// journal is a log that a test reads while it is written.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(content)
}

package vault_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/vault"
	"github.com/omnicloud/omnicloud/internal/vault/vaulttest"
)

// TestRefusals has every way in which Vault does not give its keys say what to do.
func TestRefusals(t *testing.T) {
	server := vaulttest.Start(t)
	// refused connects, reads a key and returns the error of either.
	refused := func(t *testing.T, o vault.Options, code fault.Code, want string) {
		t.Helper()
		secrets, err := vault.Connect(t.Context(), o)
		if err == nil {
			_, err = secrets.Read(t.Context(), "key")
		}
		require.ErrorContains(t, err, want)
		require.Equal(t, code, fault.CodeOf(err), err)
	}
	at := func(path string) vault.Options { return vault.Options{Address: server.Address, Path: path} }
	t.Setenv("VAULT_TOKEN", server.Root.Token())
	t.Setenv("VAULT_MAX_RETRIES", "0")

	t.Run("no address", func(t *testing.T) {
		for _, address := range []string{"vault:8200", "ftp://vault", "https://olga:secret@vault"} {
			refused(t, vault.Options{Address: address, Path: "secret/omnicloud"}, fault.InvalidInput, "--vault-addr is no URL")
		}
	})
	t.Run("nobody there", func(t *testing.T) {
		refused(t, vault.Options{Address: "http://127.0.0.1:1", Path: "secret/omnicloud"}, fault.Unavailable, "Vault does not answer at http://127.0.0.1:1; check --vault-addr")
	})
	t.Run("no path", func(t *testing.T) {
		refused(t, at("/"), fault.InvalidInput, "--vault-path is empty")
	})
	t.Run("nothing mounted at the path", func(t *testing.T) {
		refused(t, at("kv/omnicloud"), fault.Forbidden, "check --vault-path")
	})
	t.Run("a path in something else", func(t *testing.T) {
		refused(t, at("sys/omnicloud"), fault.InvalidInput, "sys in Vault is of type system")
	})
	t.Run("a store of version 1", func(t *testing.T) {
		server.Write("sys/mounts/old", map[string]any{"type": "kv", "options": map[string]any{"version": "1"}})
		refused(t, at("old/omnicloud"), fault.InvalidInput, "run vault kv enable-versioning old")
	})
	t.Run("a policy that gives nothing", func(t *testing.T) {
		t.Setenv("VAULT_TOKEN", server.Token(`path "cubbyhole/elsewhere" { capabilities = ["read"] }`, time.Hour))
		refused(t, at("secret/omnicloud"), fault.Forbidden, "this login sees nothing at secret/omnicloud in Vault")
	})
	t.Run("a policy that gives too little names the path and the capability", func(t *testing.T) {
		t.Setenv("VAULT_TOKEN", server.Token(mayDo("omnicloud", `"create"`), time.Hour))
		refused(t, at("secret/omnicloud"), fault.Forbidden, `Vault does not let this login read secret/data/omnicloud/key; have its policy grant "read" on that path`)
		secrets, err := vault.Connect(t.Context(), at("secret/other"))
		require.NoError(t, err)
		_, err = secrets.Names(t.Context())
		require.ErrorContains(t, err, `list secret/metadata/other/; have its policy grant "list"`)
	})
	t.Run("a token that is none", func(t *testing.T) {
		t.Setenv("VAULT_TOKEN", "hvs.invented")
		refused(t, at("secret/omnicloud"), fault.Unauthenticated, "the token for Vault is not valid, or no longer")
	})
	t.Run("no token at all", func(t *testing.T) {
		t.Setenv("VAULT_TOKEN", "")
		refused(t, at("secret/omnicloud"), fault.InvalidInput, "no token for Vault; set VAULT_TOKEN")
	})
	t.Run("a login that lacks a half", func(t *testing.T) {
		for want, login := range map[string]vault.Login{
			"a token has no role":                         {Method: vault.Token, Role: "role"},
			"--vault-auth approle needs --vault-role":     {Method: vault.AppRole, CredentialFile: "secret-id"},
			"approle needs --vault-credential-file":       {Method: vault.AppRole, Role: "role"},
			"check --vault-credential-file":               {Method: vault.AppRole, Role: "role", CredentialFile: "/nowhere/secret-id"},
			"serviceaccount/token: no such file":          {Method: vault.Kubernetes, Role: "role"},
			"--vault-auth kubernetes needs --vault-role":  {Method: vault.Kubernetes},
			"which --vault-credential-file names, is emp": {Method: vault.Token, CredentialFile: write(t, "\n")},
		} {
			o := at("secret/omnicloud")
			o.Login = login
			refused(t, o, fault.InvalidInput, want)
		}
	})
	t.Run("a wrong secret id is refused and not shown", func(t *testing.T) {
		role, _ := server.AppRole(mayDo("omnicloud", everything), time.Hour, time.Hour)
		o := at("secret/omnicloud")
		o.Login = vault.Login{Method: vault.AppRole, Role: role, CredentialFile: write(t, "8b1a9953-wrong")}
		_, err := vault.Connect(t.Context(), o)
		require.True(t, fault.Is(err, fault.Unauthenticated), err)
		require.ErrorContains(t, err, "refuses the login at auth/approle/login (status 400: invalid role or secret ID)")
		require.NotContains(t, err.Error(), "8b1a9953")
	})
	t.Run("a method that is not mounted", func(t *testing.T) {
		o := at("secret/omnicloud")
		o.Login = vault.Login{Method: vault.AppRole, Mount: "machines", Role: "role", CredentialFile: write(t, "secret")}
		refused(t, o, fault.Unauthenticated, "refuses the login at auth/machines/login (status 403: permission denied); check --vault-role, what "+
			"--vault-credential-file holds, and whether the method is enabled there (--vault-auth-mount")
	})
	t.Run("another server than Vault", func(t *testing.T) {
		o := at("secret/omnicloud")
		o.Address = server.Address + "/ui"
		refused(t, o, fault.Upstream, "check --vault-addr")
	})
	t.Run("a sealed one", func(t *testing.T) {
		server.Seal()
		refused(t, at("secret/omnicloud"), fault.Unavailable, "Vault at "+server.Address+" is sealed; unseal it (vault operator unseal)")
		role, secret := "role", write(t, "secret")
		o := at("secret/omnicloud")
		o.Login = vault.Login{Method: vault.AppRole, Role: role, CredentialFile: secret}
		refused(t, o, fault.Unavailable, "is sealed")
	})
}

// write makes a file with a credential.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "credential")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

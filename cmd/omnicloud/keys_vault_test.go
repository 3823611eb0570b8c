package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"

	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/internal/vault"
	"github.com/omnicloud/omnicloud/internal/vault/vaulttest"
)

// vaultOf gives commands a Vault in their environment, and to the test the store at its path, below which the
// token may do what the policy of that name in docs/keys.md says.
func vaultOf(t *testing.T, server *vaulttest.Server, path, policy string) keystore.Store {
	t.Helper()
	hcl := strings.ReplaceAll(vaulttest.DocumentedPolicy(t, policy), "omnicloud", path)
	t.Setenv("VAULT_TOKEN", server.Token(hcl, time.Hour))
	t.Setenv("OMNICLOUD_VAULT_ADDR", server.Address)
	t.Setenv("OMNICLOUD_VAULT_PATH", vaulttest.Mount+"/"+path)
	t.Setenv("OMNICLOUD_KEYS_DIR", filepath.Join(t.TempDir(), "keys"))
	store, err := vault.Connect(t.Context(), vault.Options{Address: server.Address, Path: vaulttest.Mount + "/" + path})
	require.NoError(t, err)
	return store
}

func TestKeysInVault(t *testing.T) {
	server := vaulttest.Start(t)
	must := func(t *testing.T, arguments ...string) string {
		t.Helper()
		code, stdout, stderr := execute(t, arguments...)
		require.Zero(t, code, stderr)
		require.Empty(t, stderr)
		return strings.TrimSpace(stdout)
	}

	t.Run("init makes them once, however many do so at once", func(t *testing.T) {
		vaultOf(t, server, "init", "keys")
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				code, stdout, stderr := execute(t, "keys", "init")
				if code != 0 || !strings.Contains(stdout, "the keys are in secret/init in Vault at "+server.Address) {
					t.Errorf("init: %s%s", stdout, stderr)
				}
			})
		}
		group.Wait()
		before := server.Dump("init")
		public := 0
		for name := range before {
			if strings.HasSuffix(name, ".pub") {
				public++
			}
		}
		require.Len(t, before, 5, "payload keys, the pair for tokens, the secrets for webhooks and for drift")
		require.Equal(t, 1, public)
		must(t, "keys", "init")
		require.Equal(t, before, server.Dump("init"))
		require.NoDirExists(t, os.Getenv("OMNICLOUD_KEYS_DIR"))
	})
	t.Run("a token is minted by who may only read", func(t *testing.T) {
		vaultOf(t, server, "mint", "keys")
		must(t, "keys", "init")
		store := vaultOf(t, server, "mint", "roles")
		signed := must(t, "token", "mint", "--subject", "olga", "--role", "operator")
		keys, err := token.OpenKeys(t.Context(), store)
		require.NoError(t, err)
		actor, err := token.NewBearer(keys).Verify(t.Context(), signed)
		require.NoError(t, err)
		require.Equal(t, "olga", actor.Subject)
	})
	t.Run("running processes find what was rotated, and garbage does not make them ask for each", func(t *testing.T) {
		store := vaultOf(t, server, "rotate", "keys")
		must(t, "keys", "init")
		ring, err := payloadcodec.OpenRing(t.Context(), store)
		require.NoError(t, err)
		old := ring.Current().ID
		running, err := token.OpenKeys(t.Context(), store)
		require.NoError(t, err)

		fresh, _, _ := strings.Cut(must(t, "keys", "rotate", "payloads"), " is the current key of payloads in secret/rotate in Vault")
		_, err = ring.Key(fresh)
		require.NoError(t, err)
		require.Equal(t, fresh, ring.Current().ID)
		_, err = ring.Key(old)
		require.NoError(t, err)

		must(t, "keys", "rotate", "tokens")
		signed := must(t, "token", "mint", "--subject", "olga", "--role", "operator")
		_, err = token.NewBearer(running).Verify(t.Context(), signed)
		require.NoError(t, err)

		const document = "secret/data/rotate/" + payloadcodec.RingName
		before, began := server.Requests(document), time.Now()
		for range 1000 {
			_, err := ring.Key("invented")
			require.ErrorContains(t, err, `payload key "invented" is not in secret/rotate/temporal-payload-keys.json in Vault`)
		}
		require.LessOrEqual(t, server.Requests(document)-before, 1+int(time.Since(began)/time.Second))
	})
	t.Run("a folder is copied, and what its keys encrypted stays readable", func(t *testing.T) {
		store := vaultOf(t, server, "copy", "keys")
		folder := filepath.Join(t.TempDir(), "keys")
		require.NoError(t, createKeys(t.Context(), keyfolder.At(folder)))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "notes.txt"), []byte("no key"), 0o600))
		ring, err := payloadcodec.OpenRing(t.Context(), keyfolder.At(folder))
		require.NoError(t, err)
		encrypted, err := payloadcodec.New(ring).Encode([]*commonpb.Payload{{Data: []byte("old history")}})
		require.NoError(t, err)

		require.Contains(t, must(t, "keys", "copy", "--keys-dir", folder), "copied drift-secret, temporal-payload-keys.json, token-")
		require.Len(t, server.Dump("copy"), 5, "what is no key stays where it is")
		require.Equal(t, "every key of "+folder+" is in secret/copy in Vault at "+server.Address, must(t, "keys", "copy", "--keys-dir", folder))
		moved, err := payloadcodec.OpenRing(t.Context(), store)
		require.NoError(t, err)
		plain, err := payloadcodec.New(moved).Decode(encrypted)
		require.NoError(t, err)
		require.Equal(t, "old history", string(plain[0].GetData()))
	})
	t.Run("nothing is copied over other keys", func(t *testing.T) {
		vaultOf(t, server, "taken", "keys")
		must(t, "keys", "init")
		before := server.Dump("taken")
		folder := filepath.Join(t.TempDir(), "keys")
		require.NoError(t, createKeys(t.Context(), keyfolder.At(folder)))
		code, _, stderr := execute(t, "keys", "copy", "--keys-dir", folder)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "secret/taken/drift-secret in Vault differ; decide which is right")
		require.Equal(t, before, server.Dump("taken"))
	})
}

// TestKeysThatVaultDoesNotGive has commands end with one sentence that says what to do and shows no secret.
func TestKeysThatVaultDoesNotGive(t *testing.T) {
	server := vaulttest.Start(t)
	refused := func(t *testing.T, want string, arguments ...string) {
		t.Helper()
		code, stdout, stderr := execute(t, arguments...)
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, want)
		require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		require.NotContains(t, stderr, os.Getenv("VAULT_TOKEN"))
	}
	mint := []string{"token", "mint", "--subject", "olga", "--role", "operator"}
	list := []string{"schedules", "list", "--database-url", "postgres://nobody@127.0.0.1:1/none"}

	t.Run("none are there", func(t *testing.T) {
		vaultOf(t, server, "none", "roles")
		want := "omnicloud: no keys at secret/none in Vault; run omnicloud keys init --vault-addr " + server.Address + " --vault-path secret/none"
		refused(t, want, mint...)
		refused(t, want, list...)
		refused(t, want, "keys", "rotate", "payloads")
	})
	t.Run("a role's policy makes none", func(t *testing.T) {
		vaultOf(t, server, "readonly", "roles")
		refused(t, `Vault does not let this login create secret/data/readonly/token-signing.key; have its policy grant "create"`, "keys", "init")
		require.Empty(t, server.Dump("readonly"))
	})
	t.Run("one is no key", func(t *testing.T) {
		vaultOf(t, server, "broken", "roles")
		server.Put("broken/token-signing.key", map[string]any{"value": "hunter2"})
		server.Put("broken/"+payloadcodec.RingName, map[string]any{"value": `{"current":"a","keys":{"a":"hunter2!"}}`})
		refused(t, `secret/broken/token-signing.key in Vault holds no PEM block "PRIVATE KEY"`, mint...)
		refused(t, "secret/broken/temporal-payload-keys.json in Vault is not the JSON that it was written as", list...)
		_, _, stderr := execute(t, list...)
		require.NotContains(t, stderr, "hunter2")
	})
	t.Run("init does not make anew what was deleted", func(t *testing.T) {
		vaultOf(t, server, "deleted", "keys")
		code, _, stderr := execute(t, "keys", "init")
		require.Zero(t, code, stderr)
		_, err := server.Root.Logical().Delete("secret/data/deleted/" + driftSecret)
		require.NoError(t, err)
		refused(t, "secret/deleted/drift-secret in Vault was deleted; bring it back with vault kv undelete", "keys", "init")
	})
	t.Run("Vault is sealed", func(t *testing.T) {
		vaultOf(t, server, "sealed", "roles")
		server.Seal()
		refused(t, "omnicloud: Vault at "+server.Address+" is sealed; unseal it", mint...)
	})
}

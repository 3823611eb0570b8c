package vault_test

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/vault"
	"github.com/omnicloud/omnicloud/internal/vault/vaulttest"
)

// mayDo is a policy with capabilities on the secrets below a path and the right to list them.
func mayDo(path, capabilities string) string {
	return fmt.Sprintf("path \"%[1]s/data/%[2]s/*\" { capabilities = [%[3]s] }\npath \"%[1]s/metadata/%[2]s/\" { capabilities = [\"list\"] }\n",
		vaulttest.Mount, path, capabilities)
}

const everything = `"create", "read", "update"`

// connect logs in with a token that may do everything below a path.
func connect(t *testing.T, server *vaulttest.Server, path string) *vault.Secrets {
	t.Helper()
	t.Setenv("VAULT_TOKEN", server.Token(mayDo(path, everything), time.Hour))
	secrets, err := vault.Connect(t.Context(), vault.Options{Address: server.Address, Path: vaulttest.Mount + "/" + path})
	require.NoError(t, err)
	t.Cleanup(func() { secrets.Close(context.Background()) })
	return secrets
}

func TestSecrets(t *testing.T) {
	server := vaulttest.Start(t)

	t.Run("of several who create one at once the first wins", func(t *testing.T) {
		secrets := connect(t, server, "race")
		_, err := secrets.Read(t.Context(), "key")
		require.ErrorIs(t, err, fs.ErrNotExist)
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				if err := secrets.Create(t.Context(), "key", fmt.Append(nil, "key ", i)); err != nil {
					t.Errorf("creating: %v", err)
				}
			})
		}
		group.Wait()
		held, err := secrets.Read(t.Context(), "key")
		require.NoError(t, err)
		require.NoError(t, secrets.Create(t.Context(), "key", []byte("late")))
		again, err := secrets.Read(t.Context(), "key")
		require.NoError(t, err)
		require.Equal(t, string(held), string(again))
		metadata, err := server.Root.KVv2(vaulttest.Mount).GetMetadata(t.Context(), "race/key")
		require.NoError(t, err)
		require.Equal(t, 1, metadata.CurrentVersion, "it was written once")
	})
	t.Run("who lost the race needs no more than the capability to create", func(t *testing.T) {
		server.Put("create/key", map[string]any{"value": "first"})
		t.Setenv("VAULT_TOKEN", server.Token(mayDo("create", `"create", "read"`), time.Hour))
		secrets, err := vault.Connect(t.Context(), vault.Options{Address: server.Address, Path: vaulttest.Mount + "/create"})
		require.NoError(t, err)
		require.NoError(t, secrets.Create(t.Context(), "key", []byte("second")))
	})
	t.Run("the secrets are listed, what lies deeper is not", func(t *testing.T) {
		secrets := connect(t, server, "list")
		names, err := secrets.Names(t.Context())
		require.NoError(t, err)
		require.Empty(t, names)
		for _, path := range []string{"list/b", "list/a", "list/deeper/c"} {
			server.Put(path, map[string]any{"value": "x"})
		}
		names, err = secrets.Names(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b"}, names)
	})
	t.Run("one is replaced for who read what it holds, its other fields stay", func(t *testing.T) {
		secrets := connect(t, server, "replace")
		server.Put("replace/key", map[string]any{"value": "old", "owner": "olga"})
		require.NoError(t, secrets.Replace(t.Context(), "key", []byte("old"), []byte("new")))
		require.JSONEq(t, `{"value":"new","owner":"olga"}`, server.Dump("replace")["key"])
		err := secrets.Replace(t.Context(), "key", []byte("old"), []byte("newer"))
		require.True(t, fault.Is(err, fault.Conflict), err)
		require.ErrorIs(t, secrets.Replace(t.Context(), "none", nil, nil), fs.ErrNotExist)
	})
	t.Run("of several who replace one at once one succeeds", func(t *testing.T) {
		secrets := connect(t, server, "rotate")
		server.Put("rotate/key", map[string]any{"value": "old"})
		errors := make([]error, 8)
		var group sync.WaitGroup
		for i := range errors {
			group.Go(func() { errors[i] = secrets.Replace(t.Context(), "key", []byte("old"), fmt.Append(nil, "new ", i)) })
		}
		group.Wait()
		succeeded := 0
		for _, err := range errors {
			if err == nil {
				succeeded++
				continue
			}
			require.True(t, fault.Is(err, fault.Conflict), err)
		}
		require.Equal(t, 1, succeeded)
	})
	t.Run("a deleted one is missing, says how it comes back, and is not made anew", func(t *testing.T) {
		secrets := connect(t, server, "deleted")
		server.Put("deleted/key", map[string]any{"value": "precious"})
		require.NoError(t, server.Root.KVv2(vaulttest.Mount).Delete(t.Context(), "deleted/key"))
		_, err := secrets.Read(t.Context(), "key")
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorContains(t, err, "vault kv undelete -mount=secret -versions=1 deleted/key")
		require.ErrorContains(t, secrets.Create(t.Context(), "key", []byte("another")), "vault kv undelete")
	})
	for name, data := range map[string]map[string]any{
		"another field": {"hidden": "precious"}, "a number": {"value": 4711}, "nothing": {"value": ""},
	} {
		t.Run("one with "+name+" names the field and shows nothing", func(t *testing.T) {
			secrets := connect(t, server, "malformed")
			server.Put("malformed/key", data)
			_, err := secrets.Read(t.Context(), "key")
			require.True(t, fault.Is(err, fault.InvalidInput), err)
			require.ErrorContains(t, err, `secret/malformed/key in Vault has no text in its field "value"`)
			require.NotContains(t, err.Error(), "precious")
			require.NotContains(t, err.Error(), "4711")
		})
	}
	t.Run("a mount may have several segments and no path below it", func(t *testing.T) {
		mount := "teams/payments/kv"
		server.Write("sys/mounts/"+mount, map[string]any{"type": "kv", "options": map[string]any{"version": "2"}})
		t.Setenv("VAULT_TOKEN", server.Root.Token())
		for _, path := range []string{mount, "/" + mount + "/omnicloud/"} {
			secrets, err := vault.Connect(t.Context(), vault.Options{Address: server.Address, Path: path})
			require.NoError(t, err)
			require.Eventually(t, func() bool { return secrets.Create(t.Context(), "key", []byte("x")) == nil },
				30*time.Second, 20*time.Millisecond, "a store that was mounted this instant becomes ready")
			held, err := secrets.Read(t.Context(), "key")
			require.NoError(t, err)
			require.Equal(t, "x", string(held))
			names, err := secrets.Names(t.Context())
			require.NoError(t, err)
			require.Equal(t, []string{"key"}, names)
		}
	})
}

package token_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/token"
)

var operator = approval.Actor{Subject: "operator", Roles: []approval.Role{approval.RoleOperator}}

func openKeys(t *testing.T, folder string) *token.Keys {
	t.Helper()
	keys, err := token.CreateKeys(t.Context(), keyfolder.At(folder))
	require.NoError(t, err)
	return keys
}

func TestOpenKeys(t *testing.T) {
	t.Run("processes that start together agree on one key", func(t *testing.T) {
		folder := t.TempDir()
		var group sync.WaitGroup
		opened := make([]*token.Keys, 8)
		for i := range opened {
			group.Go(func() {
				keys, err := token.CreateKeys(t.Context(), keyfolder.At(folder))
				if err == nil {
					opened[i] = keys
				}
			})
		}
		group.Wait()
		for _, signer := range opened {
			require.NotNil(t, signer)
			text, err := token.NewBearer(signer).Mint(operator, time.Hour)
			require.NoError(t, err)
			for _, verifier := range opened {
				_, err := token.NewBearer(verifier).Verify(t.Context(), text)
				require.NoError(t, err)
			}
		}
	})

	t.Run("keys are readable by their owner alone and no draft is left", func(t *testing.T) {
		folder := t.TempDir()
		openKeys(t, folder)
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, entries, 2, "one private and one public key")
		for _, entry := range entries {
			info, err := entry.Info()
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), entry.Name())
		}
	})

	t.Run("after a rotation old tokens stay valid until their public key is removed", func(t *testing.T) {
		folder := t.TempDir()
		before := token.NewBearer(openKeys(t, folder))
		old, err := before.Mint(operator, time.Hour)
		require.NoError(t, err)
		oldPublic, err := filepath.Glob(filepath.Join(folder, "token-*.pub"))
		require.NoError(t, err)

		id, err := token.Rotate(t.Context(), keyfolder.At(folder))
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(folder, "token-"+id+".pub"))
		after := token.NewBearer(openKeys(t, folder))
		_, err = after.Verify(t.Context(), old)
		require.NoError(t, err)

		require.NoError(t, os.Remove(oldPublic[0]))
		_, err = token.NewBearer(openKeys(t, folder)).Verify(t.Context(), old)
		require.True(t, fault.Is(err, fault.Unauthenticated), err)
	})

	t.Run("a running verifier finds a key made since", func(t *testing.T) {
		folder := t.TempDir()
		running := token.NewBearer(openKeys(t, folder))
		_, err := token.Rotate(t.Context(), keyfolder.At(folder))
		require.NoError(t, err)
		fresh, err := token.NewBearer(openKeys(t, folder)).Mint(operator, time.Hour)
		require.NoError(t, err)
		_, err = running.Verify(t.Context(), fresh)
		require.NoError(t, err)
	})

	t.Run("opening writes nothing where there is no key", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		_, err := token.OpenKeys(t.Context(), keyfolder.At(folder))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoDirExists(t, folder)
	})

	t.Run("a damaged key file is refused by name", func(t *testing.T) {
		folder := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(folder, "token-signing.key"), []byte("no key"), 0o600))
		_, err := token.OpenKeys(t.Context(), keyfolder.At(folder))
		require.ErrorContains(t, err, "token-signing.key")
	})
}

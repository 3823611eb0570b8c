package keyfolder_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
)

func TestFolder(t *testing.T) {
	t.Run("a file is made once, whole, for its owner alone", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "keys")
		folder := keyfolder.At(path)
		_, err := folder.Read(t.Context(), "key")
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoDirExists(t, path, "reading makes nothing")
		var group sync.WaitGroup
		for _, content := range []string{"one", "two", "three"} {
			group.Go(func() { _ = folder.Create(t.Context(), "key", []byte(content)) })
		}
		group.Wait()
		first, err := folder.Read(t.Context(), "key")
		require.NoError(t, err)
		require.NoError(t, folder.Create(t.Context(), "key", []byte("late")))
		again, err := folder.Read(t.Context(), "key")
		require.NoError(t, err)
		require.Equal(t, first, again)
		info, err := os.Stat(folder.Place("key"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		names, err := folder.Names(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"key"}, names, "no draft stays behind")
		entries, err := os.ReadDir(path)
		require.NoError(t, err)
		require.Len(t, entries, 1)
	})
	t.Run("a file is replaced for who read what it holds", func(t *testing.T) {
		folder := keyfolder.At(t.TempDir())
		require.NoError(t, folder.Create(t.Context(), "key", []byte("old")))
		require.NoError(t, folder.Replace(t.Context(), "key", []byte("old"), []byte("new")))
		err := folder.Replace(t.Context(), "key", []byte("old"), []byte("newer"))
		require.True(t, fault.Is(err, fault.Conflict), err)
		held, err := folder.Read(t.Context(), "key")
		require.NoError(t, err)
		require.Equal(t, "new", string(held))
		require.ErrorIs(t, folder.Replace(t.Context(), "none", nil, nil), fs.ErrNotExist)
	})
	t.Run("a file that others can read is refused, but for public keys", func(t *testing.T) {
		folder := keyfolder.At(t.TempDir())
		for _, name := range []string{"key", "key.pub"} {
			require.NoError(t, folder.Create(t.Context(), name, []byte("content")))
			require.NoError(t, os.Chmod(folder.Place(name), 0o644))
		}
		_, err := folder.Read(t.Context(), "key")
		require.ErrorContains(t, err, "chmod 600")
		_, err = folder.Read(t.Context(), "key.pub")
		require.NoError(t, err)
	})
	t.Run("root's, for one group, is taken as Kubernetes mounts it; nobody else's", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root gives files away")
		}
		folder := keyfolder.At(t.TempDir())
		require.NoError(t, folder.Create(t.Context(), "key", []byte("content")))
		for _, mounted := range []struct {
			owner   int
			mode    os.FileMode
			refused bool
			what    string
		}{
			{0, 0o440, false, "as Kubernetes mounts it"},
			{0, 0o660, true, "what the group can write"},
			{65532, 0o440, true, "what is not root's"},
		} {
			require.NoError(t, os.Chown(folder.Place("key"), mounted.owner, 65532))
			require.NoError(t, os.Chmod(folder.Place("key"), mounted.mode))
			_, err := folder.Read(t.Context(), "key")
			if mounted.refused {
				require.ErrorContains(t, err, "chmod 600", mounted.what)
				continue
			}
			require.NoError(t, err, mounted.what)
		}
	})
	t.Run("a missing folder is an empty one", func(t *testing.T) {
		names, err := keyfolder.At(filepath.Join(t.TempDir(), "none")).Names(t.Context())
		require.NoError(t, err)
		require.Empty(t, names)
	})
}

package secretfile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/secretfile"
)

func TestSecret(t *testing.T) {
	t.Run("is made once, for its owner alone", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		_, err := secretfile.Open(folder, "secret")
		require.ErrorIs(t, err, fs.ErrNotExist, "opening makes none")
		require.NoError(t, secretfile.Create(folder, "secret"))
		first, err := secretfile.Open(folder, "secret")
		require.NoError(t, err)
		require.Len(t, first, 32)
		require.NoError(t, secretfile.Create(folder, "secret"))
		again, err := secretfile.Open(folder, "secret")
		require.NoError(t, err)
		require.Equal(t, first, again)
		info, err := os.Stat(filepath.Join(folder, "secret"))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	})
	t.Run("one of another name is another", func(t *testing.T) {
		folder := t.TempDir()
		require.NoError(t, secretfile.Create(folder, "one"))
		require.NoError(t, secretfile.Create(folder, "two"))
		one, err := secretfile.Open(folder, "one")
		require.NoError(t, err)
		two, err := secretfile.Open(folder, "two")
		require.NoError(t, err)
		require.NotEqual(t, one, two)
	})
	for name, text := range map[string]string{"a short one": "abcd", "one that is not hexadecimal": "no secret at all, but long enough to be one, surely"} {
		t.Run(name+" is refused", func(t *testing.T) {
			folder := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(folder, "secret"), []byte(text), 0o600))
			_, err := secretfile.Open(folder, "secret")
			require.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}

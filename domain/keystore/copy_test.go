package keystore_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
)

func TestCopy(t *testing.T) {
	filled := func(t *testing.T, contents map[string]string) keystore.Store {
		store := keyfolder.At(t.TempDir())
		for name, content := range contents {
			require.NoError(t, store.Create(t.Context(), name, []byte(content)))
		}
		return store
	}
	t.Run("what is missing comes over, what is the same stays", func(t *testing.T) {
		from, to := filled(t, map[string]string{"a": "1\n", "b": "2\n", "c": "3\n"}), filled(t, map[string]string{"b": "2"})
		copied, err := keystore.Copy(t.Context(), from, to, []string{"a", "b"})
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, copied)
		held, err := to.Read(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, "1\n", string(held))
		_, err = to.Read(t.Context(), "c")
		require.ErrorIs(t, err, fs.ErrNotExist, "only what was named")
	})
	t.Run("nothing is written where one differs", func(t *testing.T) {
		from, to := filled(t, map[string]string{"a": "1", "b": "2"}), filled(t, map[string]string{"b": "other"})
		_, err := keystore.Copy(t.Context(), from, to, []string{"a", "b"})
		require.True(t, fault.Is(err, fault.Conflict), err)
		require.ErrorContains(t, err, to.Place("b"))
		_, err = to.Read(t.Context(), "a")
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
	t.Run("one that is not there is an error", func(t *testing.T) {
		_, err := keystore.Copy(t.Context(), filled(t, nil), filled(t, nil), []string{"a"})
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}

package keystore_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
)

func TestSecret(t *testing.T) {
	t.Run("is made once", func(t *testing.T) {
		store := keyfolder.At(t.TempDir())
		_, err := keystore.OpenSecret(t.Context(), store, "secret")
		require.ErrorIs(t, err, fs.ErrNotExist, "opening makes none")
		require.NoError(t, keystore.CreateSecret(t.Context(), store, "secret"))
		first, err := keystore.OpenSecret(t.Context(), store, "secret")
		require.NoError(t, err)
		require.Len(t, first, 32)
		require.NoError(t, keystore.CreateSecret(t.Context(), store, "secret"))
		again, err := keystore.OpenSecret(t.Context(), store, "secret")
		require.NoError(t, err)
		require.Equal(t, first, again)
	})
	t.Run("one of another name is another", func(t *testing.T) {
		store := keyfolder.At(t.TempDir())
		require.NoError(t, keystore.CreateSecret(t.Context(), store, "one"))
		require.NoError(t, keystore.CreateSecret(t.Context(), store, "two"))
		one, err := keystore.OpenSecret(t.Context(), store, "one")
		require.NoError(t, err)
		two, err := keystore.OpenSecret(t.Context(), store, "two")
		require.NoError(t, err)
		require.NotEqual(t, one, two)
	})
	for name, text := range map[string]string{"a short one": "abcd", "one that is not hexadecimal": "no secret at all, but long enough to be one, surely"} {
		t.Run(name+" is refused without being shown", func(t *testing.T) {
			store := keyfolder.At(t.TempDir())
			require.NoError(t, store.Create(t.Context(), "secret", []byte(text)))
			_, err := keystore.OpenSecret(t.Context(), store, "secret")
			require.True(t, fault.Is(err, fault.InvalidInput))
			require.NotContains(t, err.Error(), text)
		})
	}
}

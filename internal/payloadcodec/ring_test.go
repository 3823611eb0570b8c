package payloadcodec_test

import (
	"io/fs"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
)

func TestRing(t *testing.T) {
	t.Run("processes that start at once share one key", func(t *testing.T) {
		store := keyfolder.At(filepath.Join(t.TempDir(), "keys"))
		ids := make([]string, 16)
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				ring, err := payloadcodec.CreateRing(t.Context(), store)
				if err == nil {
					ids[i] = ring.Current().ID
				}
			})
		}
		group.Wait()
		for _, id := range ids {
			require.NotEmpty(t, id)
			require.Equal(t, ids[0], id)
		}
		names, err := store.Names(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{payloadcodec.RingName}, names)
	})
	t.Run("opening writes nothing where there is no key", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		_, err := payloadcodec.OpenRing(t.Context(), keyfolder.At(folder))
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoDirExists(t, folder)
	})
	t.Run("another process's rotation is seen", func(t *testing.T) {
		store := keyfolder.At(t.TempDir())
		reader, err := payloadcodec.CreateRing(t.Context(), store)
		require.NoError(t, err)
		old := reader.Current().ID
		fresh, err := payloadcodec.Rotate(t.Context(), store)
		require.NoError(t, err)
		require.NotEqual(t, old, fresh)
		seen, err := reader.Key(fresh)
		require.NoError(t, err)
		require.Equal(t, fresh, seen.ID)
		require.Equal(t, fresh, reader.Current().ID, "it encrypts with the new key from then on")
		_, err = reader.Key(old)
		require.NoError(t, err)
	})
	for name, content := range map[string]string{
		"not JSON":        `{`,
		"a short key":     `{"current":"a","keys":{"a":"c2hvcnQ="}}`,
		"no base64":       `{"current":"a","keys":{"a":"c2hvc-nQ"}}`,
		"no current key":  `{"current":"b","keys":{}}`,
		"a key of no id":  `{"current":"","keys":{"":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`,
		"an empty object": `{}`,
	} {
		t.Run("a broken ring is refused and not shown: "+name, func(t *testing.T) {
			store := keyfolder.At(t.TempDir())
			require.NoError(t, store.Create(t.Context(), payloadcodec.RingName, []byte(content)))
			_, err := payloadcodec.OpenRing(t.Context(), store)
			require.ErrorContains(t, err, store.Place(payloadcodec.RingName))
			require.NotContains(t, err.Error(), "c2hvc")
			_, err = payloadcodec.Rotate(t.Context(), store)
			require.Error(t, err)
		})
	}
}

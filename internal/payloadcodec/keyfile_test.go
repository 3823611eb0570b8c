package payloadcodec_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/payloadcodec"
)

func TestFileRing(t *testing.T) {
	t.Run("processes that start at once share one key", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		ids := make([]string, 16)
		var group sync.WaitGroup
		for i := range ids {
			group.Go(func() {
				ring, err := payloadcodec.CreateFileRing(folder)
				if err == nil {
					key, _ := ring.Current()
					ids[i] = key.ID
				}
			})
		}
		group.Wait()
		for _, id := range ids {
			require.NotEmpty(t, id)
			require.Equal(t, ids[0], id)
		}
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Len(t, entries, 1, "no temporary file stays behind")
	})
	t.Run("opening writes nothing where there is no key", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		_, err := payloadcodec.OpenFileRing(folder)
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.NoDirExists(t, folder)
	})
	t.Run("the file is for its owner alone", func(t *testing.T) {
		folder := t.TempDir()
		_, err := payloadcodec.CreateFileRing(folder)
		require.NoError(t, err)
		info, err := os.Stat(filepath.Join(folder, payloadcodec.KeyFileName))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	})
	t.Run("a file that others can read is refused", func(t *testing.T) {
		folder := t.TempDir()
		_, err := payloadcodec.CreateFileRing(folder)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(filepath.Join(folder, payloadcodec.KeyFileName), 0o644))
		_, err = payloadcodec.OpenFileRing(folder)
		require.ErrorContains(t, err, "chmod 600")
	})
	t.Run("root's, for one group, is taken as Kubernetes mounts it; nobody else's", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root gives files away")
		}
		folder := t.TempDir()
		path := filepath.Join(folder, payloadcodec.KeyFileName)
		_, err := payloadcodec.CreateFileRing(folder)
		require.NoError(t, err)
		require.NoError(t, os.Chown(path, 0, 65532))
		require.NoError(t, os.Chmod(path, 0o440))
		_, err = payloadcodec.OpenFileRing(folder)
		require.NoError(t, err)
		require.NoError(t, os.Chmod(path, 0o660))
		_, err = payloadcodec.OpenFileRing(folder)
		require.ErrorContains(t, err, "chmod 600", "what the group can write")
		require.NoError(t, os.Chown(path, 65532, 65532))
		require.NoError(t, os.Chmod(path, 0o440))
		_, err = payloadcodec.OpenFileRing(folder)
		require.ErrorContains(t, err, "chmod 600", "what is not root's")
	})
	t.Run("another process's rotation is seen", func(t *testing.T) {
		folder := t.TempDir()
		reader, err := payloadcodec.CreateFileRing(folder)
		require.NoError(t, err)
		writer, err := payloadcodec.OpenFileRing(folder)
		require.NoError(t, err)
		require.NoError(t, writer.Rotate())
		fresh, err := writer.Current()
		require.NoError(t, err)
		seen, err := reader.Key(fresh.ID)
		require.NoError(t, err)
		require.Equal(t, fresh.ID, seen.ID)
	})
	for name, content := range map[string]string{
		"not JSON":        `{`,
		"a short key":     `{"current":"a","keys":{"a":"c2hvcnQ="}}`,
		"no current key":  `{"current":"b","keys":{}}`,
		"a key of no id":  `{"current":"","keys":{"":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`,
		"an empty object": `{}`,
	} {
		t.Run("a broken file is refused: "+name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, payloadcodec.KeyFileName)
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			_, err := payloadcodec.OpenFileRing(folder)
			require.ErrorContains(t, err, path)
		})
	}
}

package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFolder(t *testing.T) {
	t.Run("a second opening names the process that holds the folder", func(t *testing.T) {
		folder := newFolder(t)
		_, err := OpenFolder(folder.Path())
		assert.EqualError(t, err, fmt.Sprintf(
			"data folder %s is in use by pid %d; stop that omnicloud dev or choose another folder with --data", folder.Path(), os.Getpid()))
	})

	t.Run("closing lets the next one in", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data")
		for range 2 {
			folder, err := OpenFolder(path)
			require.NoError(t, err)
			folder.Close()
		}
	})

	t.Run("a folder that cannot be made is one sentence", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		_, err := OpenFolder(filepath.Join(file, "data"))
		require.ErrorContains(t, err, "cannot be used")
		assert.ErrorContains(t, err, "choose another folder with --data")
	})

	t.Run("a full disk is called by its name", func(t *testing.T) {
		err := newFolder(t).unusable(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
		assert.ErrorContains(t, err, "the disk is full; free some space")
	})

	t.Run("files are private and replaced as a whole", func(t *testing.T) {
		folder := newFolder(t)
		require.NoError(t, folder.WriteTokens(map[string]string{"operator": "first"}))
		require.NoError(t, folder.WriteTokens(map[string]string{"operator": "second"}))
		content, err := os.ReadFile(folder.TokensPath())
		require.NoError(t, err)
		assert.JSONEq(t, `{"operator":"second"}`, string(content))
		info, err := os.Stat(folder.TokensPath())
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
		left, err := filepath.Glob(filepath.Join(folder.Path(), ".new-*"))
		require.NoError(t, err)
		assert.Empty(t, left)
	})
}

func TestEndpoints(t *testing.T) {
	t.Run("what was written is remembered", func(t *testing.T) {
		folder := newFolder(t)
		written := Endpoints{API: "http://127.0.0.1:1", Temporal: "127.0.0.1:2", DatabaseURL: "postgres://a:b@127.0.0.1:3/c"}
		require.NoError(t, folder.WriteEndpoints(written))
		assert.Equal(t, written, folder.RememberedEndpoints())
	})

	t.Run("a missing or damaged file is the same as none", func(t *testing.T) {
		folder := newFolder(t)
		assert.Equal(t, Endpoints{}, folder.RememberedEndpoints())
		require.NoError(t, folder.WriteFile(folder.endpointsPath(), []byte(`{"api":"http://x`)))
		assert.Equal(t, Endpoints{}, folder.RememberedEndpoints())
	})

	t.Run("hosts and ports come out of URLs and of themselves", func(t *testing.T) {
		for address, want := range map[string]string{
			"http://127.0.0.1:8080":               "127.0.0.1:8080",
			"postgres://u:p@127.0.0.1:5432/x?a=b": "127.0.0.1:5432",
			"127.0.0.1:7233":                      "127.0.0.1:7233",
			"":                                    "",
		} {
			assert.Equal(t, want, HostPort(address), address)
		}
	})
}

func TestClaimAddress(t *testing.T) {
	claim := func(t *testing.T, address, remembered string) (string, error) {
		t.Helper()
		return ClaimAddress(t.Context(), "--api-addr", address, remembered)
	}

	t.Run("port 0 keeps the port of the last start", func(t *testing.T) {
		last := freeAddress(t)
		claimed, err := claim(t, "127.0.0.1:0", last)
		require.NoError(t, err)
		assert.Equal(t, last, claimed)
	})

	t.Run("port 0 takes another one when that port is gone", func(t *testing.T) {
		taken := listen(t)
		claimed, err := claim(t, "127.0.0.1:0", taken)
		require.NoError(t, err)
		assert.NotEqual(t, taken, claimed)
	})

	t.Run("a port in use names the flag and the address", func(t *testing.T) {
		taken := listen(t)
		_, err := claim(t, taken, "")
		assert.EqualError(t, err, "--api-addr "+taken+": the port is in use by another program; "+
			"stop that program or choose another port (0 picks a free one)")
	})

	t.Run("what is no address is refused", func(t *testing.T) {
		for _, address := range []string{"", "8080", "127.0.0.1", "127.0.0.1:notaport"} {
			_, err := claim(t, address, "")
			assert.ErrorContains(t, err, "--api-addr "+address)
		}
	})
}

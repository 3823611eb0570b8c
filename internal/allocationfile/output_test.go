package allocationfile

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutput(t *testing.T) {
	write := func(t *testing.T, path string) {
		t.Helper()
		output, err := CreateOutput(path, nil)
		require.NoError(t, err)
		defer output.Discard()
		_, err = io.WriteString(output, "cells")
		require.NoError(t, err)
		require.NoError(t, output.Commit())
	}
	folder := t.TempDir()
	t.Run("a file appears under its name when it is whole", func(t *testing.T) {
		path := filepath.Join(folder, "new.csv")
		output, err := CreateOutput(path, nil)
		require.NoError(t, err)
		require.NoFileExists(t, path)
		output.Discard()
		write(t, path)
		require.FileExists(t, path)
	})
	t.Run("a link goes on to name its file", func(t *testing.T) {
		target, link := filepath.Join(folder, "target.csv"), filepath.Join(folder, "link.csv")
		require.NoError(t, os.WriteFile(target, []byte("old"), 0o600))
		require.NoError(t, os.Symlink(target, link))
		write(t, link)
		text, err := os.ReadFile(target)
		require.NoError(t, err)
		require.Equal(t, "cells", string(text))
		there, err := os.Lstat(link)
		require.NoError(t, err)
		require.Equal(t, os.ModeSymlink, there.Mode().Type())
	})
	t.Run("a link to a file that is not there yet goes on to name it", func(t *testing.T) {
		link := filepath.Join(folder, "ahead.csv")
		require.NoError(t, os.Symlink("later.csv", link))
		write(t, link)
		target, err := os.Readlink(link)
		require.NoError(t, err)
		require.Equal(t, "later.csv", target)
		require.FileExists(t, filepath.Join(folder, "later.csv"))
	})
	t.Run("a file that is replaced keeps its permissions, and a new one has those of any new file", func(t *testing.T) {
		plain, private, fresh := filepath.Join(folder, "plain"), filepath.Join(folder, "private.csv"), filepath.Join(folder, "fresh.csv")
		require.NoError(t, os.WriteFile(plain, nil, 0o666))
		require.NoError(t, os.WriteFile(private, []byte("old"), 0o600))
		write(t, private)
		write(t, fresh)
		mode := func(path string) os.FileMode {
			there, err := os.Stat(path)
			require.NoError(t, err)
			return there.Mode()
		}
		require.Equal(t, os.FileMode(0o600), mode(private))
		require.Equal(t, mode(plain), mode(fresh))
	})
	t.Run("a pipe stays a pipe", func(t *testing.T) {
		path := filepath.Join(folder, "pipe")
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		read := make(chan string)
		go func() {
			text, _ := os.ReadFile(path)
			read <- string(text)
		}()
		write(t, path)
		require.Equal(t, "cells", <-read)
		there, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.ModeNamedPipe, there.Mode().Type())
	})
	t.Run("a folder is refused at once", func(t *testing.T) {
		_, err := CreateOutput(folder, nil)
		require.EqualError(t, err, folder+" is a folder; name a file")
	})
}

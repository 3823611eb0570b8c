package devstack

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience bounds every wait for a real process; a healthy one takes a fraction of it.
const patience = 20 * time.Second

// newFolder opens a data folder that PostgreSQL's unprivileged account can reach when the test
// runs as root, which it could not below the private folder of t.TempDir.
func newFolder(t *testing.T) *Folder {
	t.Helper()
	folder, err := OpenFolder(filepath.Join(reachableFolder(t), "data"))
	require.NoError(t, err)
	t.Cleanup(folder.Close)
	return folder
}

func reachableFolder(t *testing.T) string {
	t.Helper()
	root, err := os.MkdirTemp("", "devstack-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(root, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(root)) })
	return root
}

func newSupervisor(t *testing.T, folder *Folder) *Supervisor {
	t.Helper()
	supervisor := NewSupervisor(folder, slog.New(slog.DiscardHandler))
	t.Cleanup(supervisor.Stop)
	return supervisor
}

// shell is a child that runs a script and is ready once the script has made the file "ready" in
// its working folder.
func shell(t *testing.T, name, script string) Child {
	t.Helper()
	folder := t.TempDir()
	return Child{
		Name: name,
		Path: "/bin/sh",
		Args: []string{"-c", script},
		Dir:  folder,
		Ready: func(context.Context) error {
			_, err := os.Stat(filepath.Join(folder, "ready"))
			return err
		},
		StopGrace: time.Second,
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func listen(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func readPIDFile(t *testing.T, folder *Folder, role string) pidFile {
	t.Helper()
	content, err := os.ReadFile(folder.pidPath(role))
	require.NoError(t, err)
	var record pidFile
	require.NoError(t, json.Unmarshal(content, &record))
	return record
}

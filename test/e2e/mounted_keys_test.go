package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// nobody is the user and the group of the chart's pods.
const nobody = 65532

// runsOnMountedKeys starts one more API on the stack as the chart does: as somebody who owns nothing, with the
// stack's keys in a folder of root's that only the group may read, behind links as the kubelet makes them.
func (s *stack) runsOnMountedKeys(t *testing.T) {
	t.Helper()
	mounted, err := os.MkdirTemp("", "omnicloud-e2e-keys-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(mounted)) })
	version := filepath.Join(mounted, "..2026_11_29")
	require.NoError(t, os.Mkdir(version, 0o750))
	entries, err := os.ReadDir(filepath.Join(s.data, "keys"))
	require.NoError(t, err)
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(s.data, "keys", entry.Name()))
		require.NoError(t, err)
		path := filepath.Join(version, entry.Name())
		require.NoError(t, os.WriteFile(path, content, 0o440))
		require.NoError(t, os.Chown(path, 0, nobody))
		require.NoError(t, os.Symlink(filepath.Join("..2026_11_29", entry.Name()), filepath.Join(mounted, entry.Name())))
	}
	for _, folder := range []string{mounted, version} {
		require.NoError(t, os.Chown(folder, 0, nobody))
		require.NoError(t, os.Chmod(folder, 0o750))
	}
	api := exec.Command(binary, "api")
	api.Env = []string{
		"OMNICLOUD_DATABASE_URL=" + s.Endpoints.DatabaseURL, "OMNICLOUD_TEMPORAL_ADDRESS=" + s.Endpoints.Temporal,
		"OMNICLOUD_SERVICES_URL=" + s.Endpoints.Sandbox, "OMNICLOUD_KEYS_DIR=" + mounted, "OMNICLOUD_API_ADDR=127.0.0.1:0",
	}
	api.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}, Pdeathsig: syscall.SIGKILL}
	said := &output{}
	api.Stderr = said
	require.NoError(t, api.Start())
	ended := make(chan error, 1)
	go func() { ended <- api.Wait() }()
	poll(t, func() (bool, string) {
		select {
		case err := <-ended:
			require.Fail(t, "the API ended", "%v: %s", err, said)
		default:
		}
		return strings.Contains(said.String(), "the API is ready"), said.String()
	})
	require.NoError(t, api.Process.Signal(syscall.SIGTERM))
	require.NoError(t, <-ended)
}

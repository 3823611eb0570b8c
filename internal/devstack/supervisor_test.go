package devstack

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSupervisor(t *testing.T) {
	t.Run("a ready child runs until it is stopped and leaves no pid file", func(t *testing.T) {
		folder := newFolder(t)
		supervisor := newSupervisor(t, folder)
		require.NoError(t, supervisor.Start(t.Context(), shell(t, "role", "touch ready; exec sleep 1000")))
		child := readPIDFile(t, folder, "role")
		assert.True(t, child.alive())
		supervisor.Stop()
		assert.False(t, child.alive())
		assert.NoFileExists(t, folder.pidPath("role"))
	})

	t.Run("a killed child is started again", func(t *testing.T) {
		folder := newFolder(t)
		supervisor := newSupervisor(t, folder)
		require.NoError(t, supervisor.Start(t.Context(), shell(t, "role", "touch ready; exec sleep 1000")))
		first := readPIDFile(t, folder, "role")
		require.NoError(t, syscall.Kill(first.PID, syscall.SIGKILL))
		require.Eventually(t, func() bool {
			now := readPIDFile(t, folder, "role")
			return now.PID != first.PID && now.alive()
		}, patience, pollEvery)
	})

	t.Run("children stop in the reverse order of their start", func(t *testing.T) {
		folder := newFolder(t)
		supervisor := newSupervisor(t, folder)
		order := filepath.Join(t.TempDir(), "order")
		for _, name := range []string{"first", "second", "third"} {
			script := "trap 'echo " + name + " >>" + order + "; exit' TERM; touch ready; while :; do sleep 0.01; done"
			require.NoError(t, supervisor.Start(t.Context(), shell(t, name, script)))
		}
		supervisor.Stop()
		content, err := os.ReadFile(order)
		require.NoError(t, err)
		assert.Equal(t, "third second first", strings.Join(strings.Fields(string(content)), " "))
	})

	t.Run("a child that ignores the request to stop is killed with its group", func(t *testing.T) {
		folder := newFolder(t)
		supervisor := newSupervisor(t, folder)
		child := shell(t, "role", "trap '' TERM; sleep 1000 & echo $! >helper; touch ready; wait; wait")
		child.StopGrace = 50 * time.Millisecond
		require.NoError(t, supervisor.Start(t.Context(), child))
		supervisor.Stop()
		assert.NoFileExists(t, folder.pidPath("role"))
	})

	t.Run("in a hurry, a child that takes its time is killed", func(t *testing.T) {
		supervisor := newSupervisor(t, newFolder(t))
		child := shell(t, "role", "trap 'touch asked' TERM; touch ready; while :; do sleep 0.01; done")
		child.StopGrace = time.Hour
		require.NoError(t, supervisor.Start(t.Context(), child))
		stopped := make(chan struct{})
		go func() { supervisor.Stop(); close(stopped) }()
		require.Eventually(t, func() bool { return exists(filepath.Join(child.Dir, "asked")) }, patience, pollEvery)
		supervisor.Hurry()
		<-stopped
	})

	t.Run("a child that dies before it is ready fails the start with its last words", func(t *testing.T) {
		folder := newFolder(t)
		err := newSupervisor(t, folder).Start(t.Context(), shell(t, "api", "echo starting; echo 'omnicloud: no database' >&2; exit 1"))
		require.EqualError(t, err, "api did not start: no database (log: "+folder.Log("api")+")")
		assert.NoFileExists(t, folder.pidPath("api"))
	})

	t.Run("a fatal line counts more than the last one", func(t *testing.T) {
		folder := newFolder(t)
		err := newSupervisor(t, folder).Start(t.Context(), shell(t, "role", "echo 'FATAL: no room'; echo 'LOG: bye'; exit 1"))
		assert.ErrorContains(t, err, "role did not start: FATAL: no room")
	})

	t.Run("a cause that passes by itself is waited for", func(t *testing.T) {
		child := shell(t, "role", "if [ -e again ]; then touch ready; exec sleep 1000; fi; touch again; echo still in use; exit 1")
		child.Transient = func(line string) bool { return strings.Contains(line, "still in use") }
		assert.NoError(t, newSupervisor(t, newFolder(t)).Start(t.Context(), child))
	})

	t.Run("a child that never becomes ready is an error that names its log", func(t *testing.T) {
		folder := newFolder(t)
		child := shell(t, "role", "exec sleep 1000")
		child.ReadyWithin = 100 * time.Millisecond
		err := newSupervisor(t, folder).Start(t.Context(), child)
		require.ErrorContains(t, err, "role was not ready within 100ms")
		require.ErrorContains(t, err, folder.Log("role"))
		assert.NoFileExists(t, folder.pidPath("role"))
	})

	t.Run("a stop during a start ends both", func(t *testing.T) {
		supervisor := newSupervisor(t, newFolder(t))
		child := shell(t, "role", "touch begun; exec sleep 1000")
		failed := make(chan error)
		go func() { failed <- supervisor.Start(context.Background(), child) }()
		require.Eventually(t, func() bool { return exists(filepath.Join(child.Dir, "begun")) }, patience, pollEvery)
		supervisor.Stop()
		require.ErrorIs(t, <-failed, context.Canceled)
		assert.ErrorIs(t, supervisor.Start(context.Background(), child), context.Canceled)
	})

	t.Run("secrets reach a child through its environment", func(t *testing.T) {
		folder := newFolder(t)
		child := shell(t, "role", `echo "$PASSWORD" >&2; exit 1`)
		child.Env = []string{"PASSWORD=open sesame"}
		assert.ErrorContains(t, newSupervisor(t, folder).Start(t.Context(), child), "open sesame")
	})
}

func TestReapOrphans(t *testing.T) {
	discard := slog.New(slog.DiscardHandler)

	// orphan starts a process that this test is the parent of, but no supervisor knows.
	orphan := func(t *testing.T, script string) *exec.Cmd {
		t.Helper()
		cmd := exec.Command("/bin/sh", "-c", script)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		require.NoError(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}

	t.Run("what a killed supervisor left behind is stopped", func(t *testing.T) {
		folder := newFolder(t)
		child := Child{Name: "role"}
		require.NoError(t, folder.writePID(&child, orphan(t, "exec sleep 1000").Process.Pid))
		left := readPIDFile(t, folder, "role")
		require.NoError(t, folder.ReapOrphans(discard))
		assert.False(t, left.alive())
		assert.NoFileExists(t, folder.pidPath("role"))
	})

	t.Run("one that ignores the request is killed", func(t *testing.T) {
		folder := newFolder(t)
		child := Child{Name: "role", StopGrace: 50 * time.Millisecond}
		require.NoError(t, folder.writePID(&child, orphan(t, "trap '' TERM; while :; do sleep 0.01; done").Process.Pid))
		left := readPIDFile(t, folder, "role")
		require.NoError(t, folder.ReapOrphans(discard))
		assert.False(t, left.alive())
	})

	t.Run("a stranger that was given the pid later is left alone", func(t *testing.T) {
		folder := newFolder(t)
		stranger := orphan(t, "exec sleep 1000")
		require.NoError(t, folder.writePID(&Child{Name: "role"}, stranger.Process.Pid))
		record := readPIDFile(t, folder, "role")
		record.Started = "another boot/1"
		require.NoError(t, folder.writeJSON(folder.pidPath("role"), record))
		require.NoError(t, folder.ReapOrphans(discard))
		_, running := processStart(stranger.Process.Pid)
		assert.True(t, running)
		assert.NoFileExists(t, folder.pidPath("role"))
	})

	t.Run("a zombie is not running", func(t *testing.T) {
		cmd := exec.Command("/bin/sh", "-c", "exit 0")
		require.NoError(t, cmd.Start())
		defer func() { _ = cmd.Wait() }()
		require.Eventually(t, func() bool {
			_, running := processStart(cmd.Process.Pid)
			return !running
		}, patience, pollEvery)
	})

	t.Run("a damaged pid file is dropped", func(t *testing.T) {
		folder := newFolder(t)
		require.NoError(t, folder.WriteFile(folder.pidPath("role"), []byte(`{"pid":`)))
		require.NoError(t, folder.ReapOrphans(discard))
		assert.NoFileExists(t, folder.pidPath("role"))
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

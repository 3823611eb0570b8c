package e2e

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStart(t *testing.T) {
	// Whoever has a Vault in the environment still gets a stack with keys in files.
	t.Setenv("OMNICLOUD_VAULT_ADDR", "http://127.0.0.1:1")
	s := startStack(t)

	t.Run("endpoints and tokens are on file, tokens for the owner's eyes alone", func(t *testing.T) {
		for _, url := range []string{s.Endpoints.API, s.Endpoints.TemporalUI, s.Endpoints.Sandbox} {
			assert.True(t, strings.HasPrefix(url, "http://127.0.0.1:"), url)
		}
		assert.NotEmpty(t, s.Endpoints.Temporal)
		for _, name := range []string{
			"operator", "finance_approver", "finance_approver_2", "security_approver", "security_approver_2", "auditor",
		} {
			assert.NotEmpty(t, s.Tokens[name], name)
		}
		tenants := 0
		for name := range s.Tokens {
			if strings.HasPrefix(name, "tenant:") {
				tenants++
			}
		}
		assert.Equal(t, 24, tenants)
		for _, file := range []string{"tokens.json", "endpoints.json"} {
			info, err := os.Stat(filepath.Join(s.data, file))
			require.NoError(t, err)
			assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
		}
	})

	t.Run("everything answers", func(t *testing.T) {
		for _, url := range []string{
			s.Endpoints.API + "/healthz", s.Endpoints.API + "/readyz", s.Endpoints.TemporalUI, s.Endpoints.Sandbox + "/healthz",
			s.Endpoints.WorkerMetrics + "/healthz", s.Endpoints.WorkerMetrics + "/readyz", s.Endpoints.WorkerMetrics + "/metrics",
		} {
			response, err := http.Get(url)
			require.NoError(t, err)
			response.Body.Close()
			assert.Equal(t, http.StatusOK, response.StatusCode, url)
		}
	})

	t.Run("a role that is not root takes keys as Kubernetes mounts a Secret", func(t *testing.T) {
		if os.Geteuid() != 0 {
			t.Skip("only root runs something as somebody else")
		}
		s.runsOnMountedKeys(t)
	})

	t.Run("no secret stands in an argument", func(t *testing.T) {
		for _, role := range roles {
			pid, ok := s.pid(role)
			require.True(t, ok, role)
			arguments, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
			if errors.Is(err, os.ErrNotExist) { // no Linux
				arguments, err = exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
			}
			require.NoError(t, err)
			assert.NotContains(t, string(arguments), "postgres://", role)
		}
	})

	t.Run("a second start on the same data folder names who has it", func(t *testing.T) {
		refused(t, dev(s.data), fmt.Sprintf("data folder %s is in use by pid %d", s.data, s.command.Process.Pid))
	})

	t.Run("ports stay the same after a stop, which leaves no process", func(t *testing.T) {
		before := s.Endpoints
		pids := s.pids()
		assert.Equal(t, 0, s.stop(t, os.Interrupt))
		for role, pid := range pids {
			require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, role)
		}
		s.start(t)
		assert.Equal(t, before, s.Endpoints)
	})

	t.Run("SIGTERM stops it as well", func(t *testing.T) {
		assert.Equal(t, 0, s.stop(t, syscall.SIGTERM))
	})
}

// TestUnreadOutput stops a stack whose output nobody reads any more, as after Ctrl-C in a pipe.
func TestUnreadOutput(t *testing.T) {
	s := newStack(t)
	reader, writer, err := os.Pipe()
	require.NoError(t, err)
	command := dev(s.data)
	command.Stdout, command.Stderr = writer, writer
	require.NoError(t, command.Start())
	require.NoError(t, writer.Close())
	ready := bufio.NewScanner(reader)
	for ready.Scan() && !strings.Contains(ready.Text(), "is ready") {
	}
	pids := s.pids()
	require.Len(t, pids, len(roles))
	require.NoError(t, reader.Close())
	require.NoError(t, command.Process.Signal(os.Interrupt))
	_ = command.Wait() // the summary may have been cut off, which is an error of its own
	for role, pid := range pids {
		require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH, role)
	}
}

// TestOrdinaryUser runs the stack without privileges, which root can only do by lending itself out.
func TestOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("every other test runs as an ordinary user already")
	}
	s := newStack(t)
	const nobody = 65534
	require.NoError(t, os.Mkdir(s.data, 0o700))
	require.NoError(t, os.Chown(s.data, nobody, nobody))
	s.as = &syscall.Credential{Uid: nobody, Gid: nobody}
	probe := exec.Command(filepath.Join(repository, "bin", "temporal"), "--version")
	probe.Env = []string{"HOME=" + s.data}
	probe.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	if probe.Run() != nil {
		t.Skip("the clone lies where an ordinary user cannot go")
	}
	s.start(t)
	assert.Equal(t, 0, s.stop(t, os.Interrupt))
}

func TestRefusals(t *testing.T) {
	t.Run("a port in use names the flag", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { _ = listener.Close() }()
		for _, flag := range []string{"--api-addr", "--temporal-addr", "--temporal-ui-addr", "--sandbox-addr", "--postgres-addr"} {
			taken := listener.Addr().String()
			refused(t, dev(newStack(t).data, flag, taken), flag+" "+taken+": the port is in use")
		}
	})

	t.Run("a missing PostgreSQL says what to do", func(t *testing.T) {
		empty := t.TempDir()
		refused(t, dev(newStack(t).data, "--postgres-bin", empty), "--postgres-bin "+empty+" holds no PostgreSQL server")
	})

	t.Run("a missing Temporal says what to do", func(t *testing.T) {
		command := dev(newStack(t).data)
		command.Dir = t.TempDir()
		command.Env = append(os.Environ(), "PATH=/usr/bin:/bin")
		refused(t, command, `build it with "make tools"`)
	})

	t.Run("an unwritable data folder says so", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		refused(t, dev(filepath.Join(file, "data")), "cannot be used")
	})

	t.Run("a full disk says so", func(t *testing.T) {
		disk := filepath.Dir(newStack(t).data)
		if os.Geteuid() != 0 || exec.Command("mount", "-t", "tmpfs", "-o", "size=4m,mode=0755", "tmpfs", disk).Run() != nil {
			t.Skip("a small disk can only be mounted by root")
		}
		t.Cleanup(func() { assert.NoError(t, exec.Command("umount", disk).Run()) })
		refused(t, dev(filepath.Join(disk, "data")), "the disk is full")
	})

	t.Run("usage errors exit with 1", func(t *testing.T) {
		refused(t, exec.Command(binary, "bogus"), "unexpected argument bogus")
		refused(t, exec.Command(binary, "dev", "--bogus"), "unknown flag --bogus")
		refused(t, exec.Command(binary), "expected one of")
	})
}

// refused runs a command that must fail with exit code 1 and one line on standard error.
func refused(t *testing.T, command *exec.Cmd, want string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 1, exit.ExitCode())
	assert.Empty(t, stdout.String())
	lines := strings.Split(strings.TrimSuffix(stderr.String(), "\n"), "\n")
	// Progress lines begin with seconds; what is left is the error.
	errorLines := lines[:0]
	for _, line := range lines {
		if strings.HasPrefix(line, "omnicloud: ") {
			errorLines = append(errorLines, line)
		} else {
			assert.Regexp(t, `^ *\d+\.\ds  `, line)
		}
	}
	require.Len(t, errorLines, 1, stderr.String())
	assert.Contains(t, errorLines[0], want)
}

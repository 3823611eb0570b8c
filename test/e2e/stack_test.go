package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

const (
	// readyWithin bounds how long a stack takes to be ready, with room for a machine that runs other tests.
	readyWithin = 60 * time.Second
	// patience bounds every other wait for a real process.
	patience = 90 * time.Second
	// pace is how often a wait looks again.
	pace = 50 * time.Millisecond
)

// roles are the children of a running stack.
var roles = []string{"postgres", "temporal", "sandbox", "worker", "api"}

// stack is one data folder and, while it runs, the process that serves it.
type stack struct {
	data    string
	command *exec.Cmd
	stdout  *output
	stderr  *output
	exited  chan struct{}
	// as is who runs it; nil means who runs the test.
	as *syscall.Credential

	Endpoints struct {
		API           string `json:"api"`
		Temporal      string `json:"temporal"`
		TemporalUI    string `json:"temporal_ui"`
		Sandbox       string `json:"sandbox"`
		WorkerMetrics string `json:"worker_metrics"`
		DatabaseURL   string `json:"database_url"`
	}
	Tokens map[string]string
}

// output collects what a process prints while a test looks at it.
type output struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.buffer.Write(p)
}

func (o *output) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.buffer.String()
}

// newStack makes an empty data folder; nothing runs yet.
func newStack(t *testing.T) *stack {
	t.Helper()
	folder, err := os.MkdirTemp("", "omnicloud-e2e-data-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(folder, 0o755))
	s := &stack{data: filepath.Join(folder, "data")}
	t.Cleanup(func() {
		s.kill()
		s.killChildren()
		if t.Failed() {
			s.dump(t)
		}
		require.NoError(t, os.RemoveAll(folder))
	})
	return s
}

// startStack starts a stack of its own for a test and waits until it is ready.
func startStack(t *testing.T) *stack {
	t.Helper()
	s := newStack(t)
	s.start(t)
	return s
}

// start runs omnicloud dev on free ports and waits until it says that it is ready.
func (s *stack) start(t *testing.T) {
	t.Helper()
	s.launch(t)
	require.Eventually(t, func() bool {
		return s.hasExited() || strings.Contains(s.stdout.String(), "is ready")
	}, readyWithin, pace, "the stack is not ready")
	require.False(t, s.hasExited(), "omnicloud dev ended: %s", s.stderr)
	readJSON(t, filepath.Join(s.data, "endpoints.json"), &s.Endpoints)
	readJSON(t, filepath.Join(s.data, "tokens.json"), &s.Tokens)
}

// launch runs omnicloud dev and does not wait.
func (s *stack) launch(t *testing.T) {
	t.Helper()
	s.command = dev(s.data)
	if s.as != nil {
		s.command.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	}
	s.stdout, s.stderr = &output{}, &output{}
	s.command.Stdout, s.command.Stderr = s.stdout, s.stderr
	require.NoError(t, s.command.Start())
	exited, command := make(chan struct{}), s.command
	s.exited = exited
	go func() {
		_ = command.Wait()
		close(exited)
	}()
}

// dev is the command that starts a stack on free ports.
func dev(data string, more ...string) *exec.Cmd {
	arguments := []string{
		"dev", "--data", data, "--api-addr", "127.0.0.1:0", "--temporal-addr", "127.0.0.1:0",
		"--temporal-ui-addr", "127.0.0.1:0", "--sandbox-addr", "127.0.0.1:0",
	}
	command := exec.Command(binary, append(arguments, more...)...)
	command.Dir = repository // where bin/temporal is
	return command
}

func (s *stack) hasExited() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// stop asks the stack to stop and returns its exit code.
func (s *stack) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	require.NoError(t, s.command.Process.Signal(signal))
	require.Eventually(t, s.hasExited, patience, pace, "the stack does not stop")
	return s.command.ProcessState.ExitCode()
}

// kill ends the supervisor with SIGKILL and leaves its children as they are.
func (s *stack) kill() {
	if s.command == nil || s.command.Process == nil {
		return
	}
	_ = s.command.Process.Kill()
	<-s.exited
}

// killRole ends one role with SIGKILL and waits until another process has taken its place.
func (s *stack) killRole(t *testing.T, role string) {
	t.Helper()
	killed, ok := s.pid(role)
	require.True(t, ok, "role %s has no pid file", role)
	require.NoError(t, syscall.Kill(killed, syscall.SIGKILL))
	require.Eventually(t, func() bool {
		now, ok := s.pid(role)
		return ok && now != killed
	}, patience, pace, "role %s does not come back", role)
}

// killChildren clears up after a test that killed the supervisor.
func (s *stack) killChildren() {
	for _, role := range roles {
		if pid, ok := s.pid(role); ok {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// pid is the process that serves a role according to its pid file.
func (s *stack) pid(role string) (int, bool) {
	content, err := os.ReadFile(filepath.Join(s.data, "run", role+".pid"))
	var file struct {
		PID int `json:"pid"`
	}
	return file.PID, err == nil && json.Unmarshal(content, &file) == nil && file.PID > 0
}

// query reads one value from the database.
func (s *stack) query(t *testing.T, sql string, arguments ...any) string {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), s.Endpoints.DatabaseURL)
	require.NoError(t, err)
	defer func() { _ = connection.Close(t.Context()) }()
	var value string
	require.NoError(t, connection.QueryRow(t.Context(), sql, arguments...).Scan(&value), sql)
	return value
}

// dump shows what the processes said last.
func (s *stack) dump(t *testing.T) {
	t.Helper()
	t.Logf("omnicloud dev: %s%s", s.stdout, s.stderr)
	for _, role := range roles {
		content, _ := os.ReadFile(filepath.Join(s.data, "logs", role+".log"))
		lines := strings.Split(strings.TrimSpace(string(content)), "\n")
		t.Logf("%s: %s", role, strings.Join(lines[max(0, len(lines)-25):], "\n"))
	}
}

func readJSON(t *testing.T, path string, target any) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, target), "%s", content)
}

func (s *stack) pids() map[string]int {
	pids := map[string]int{}
	for _, role := range roles {
		if pid, ok := s.pid(role); ok {
			pids[role] = pid
		}
	}
	return pids
}

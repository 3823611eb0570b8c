package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// readyWithin bounds the start of the stack.
const readyWithin = 3 * time.Minute

// stack is a running omnicloud dev.
type stack struct {
	data    string
	command *exec.Cmd
	exited  chan error
	memory  *memory

	Endpoints struct {
		API         string `json:"api"`
		Sandbox     string `json:"sandbox"`
		Temporal    string `json:"temporal"`
		DatabaseURL string `json:"database_url"`
	}
	tokens map[string]string
}

// start starts a stack on free ports and waits until it is ready.
func (r run) start(ctx context.Context) (*stack, error) {
	s := &stack{data: filepath.Join(r.folder, "data"), exited: make(chan error, 1)}
	//nolint:noctx // the stack stops in order on SIGTERM; a context would kill it
	s.command = exec.Command(r.binary, "dev", "--data", s.data, "--api-addr", "127.0.0.1:0", "--temporal-addr", "127.0.0.1:0",
		"--temporal-ui-addr", "127.0.0.1:0", "--sandbox-addr", "127.0.0.1:0")
	ready := &readiness{seen: make(chan struct{})}
	s.command.Stdout, s.command.Stderr = ready, os.Stderr
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	go func() { s.exited <- s.command.Wait() }()
	select {
	case <-ready.seen:
	case err := <-s.exited:
		return nil, fmt.Errorf("omnicloud dev ended before it was ready: %w", err)
	case <-time.After(readyWithin):
		return nil, errors.Join(errors.New("omnicloud dev is not ready"), s.stop())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), s.stop())
	}
	s.memory = watchMemory(s.pids)
	err := errors.Join(readJSON(filepath.Join(s.data, "endpoints.json"), &s.Endpoints), readJSON(filepath.Join(s.data, "tokens.json"), &s.tokens))
	return s, err
}

// readiness is the output of a stack until it says that it is ready.
type readiness struct {
	text strings.Builder
	seen chan struct{}
	done bool
}

// Write is called by one goroutine.
func (r *readiness) Write(p []byte) (int, error) {
	if !r.done {
		r.text.Write(p)
		if strings.Contains(r.text.String(), "is ready") {
			r.done = true
			close(r.seen)
		}
	}
	return len(p), nil
}

func (s *stack) stop() error {
	if s.memory != nil {
		s.memory.stop()
	}
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return <-s.exited
}

// pids returns the process of each role.
func (s *stack) pids() map[string]int {
	found := map[string]int{}
	for _, role := range roles {
		var file struct {
			PID int `json:"pid"`
		}
		if err := readJSON(filepath.Join(s.data, "run", role+".pid"), &file); err == nil {
			found[role] = file.PID
		}
	}
	return found
}

// call asks the API as one of the people in tokens.json and reads a JSON answer into target, if any.
func (s *stack) call(ctx context.Context, as, method, path string, headers map[string]string, body string, target any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.Endpoints.API+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+s.tokens[as])
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	if target == nil {
		return nil
	}
	return json.Unmarshal(answer, target)
}

func (s *stack) post(ctx context.Context, path, contentType, body, match string) error {
	headers := map[string]string{"Content-Type": contentType, "Idempotency-Key": "scale " + path}
	as := "operator"
	if match != "" {
		headers["If-Match"], as = `"`+match+`"`, "finance_approver"
	}
	headers["Idempotency-Key"] = strings.ReplaceAll(headers["Idempotency-Key"], " ", ":")
	return s.call(ctx, as, http.MethodPost, path, headers, body, nil)
}

func readJSON(path string, target any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, target)
}

package devstack

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// pollEvery is the pace of readiness probes and of waiting for processes that are no children.
	pollEvery = 25 * time.Millisecond
	// killWait is how long a process may take to vanish after SIGKILL.
	killWait = 5 * time.Second
	// largeLog is the size in bytes at which a role's log is set aside before the role starts.
	largeLog = 16 << 20
)

// Child describes a process that the supervisor keeps alive.
type Child struct {
	// Name is the role; it names the log and the pid file.
	Name string
	Path string
	Args []string
	// Env is added to the supervisor's own environment. Secrets travel here, not in Args, which
	// every user of the machine can read.
	Env []string
	// Dir is the working directory; empty means the supervisor's.
	Dir string
	// Account is who runs it; nil means the supervisor's own account.
	Account *Account
	// Ready returns nil once the process does its work; it is asked again and again until then.
	Ready func(context.Context) error
	// ReadyWithin is how long the first start may take until Ready; zero means a minute.
	ReadyWithin time.Duration
	// StopSignal asks it to stop; zero means SIGTERM. StopGrace is how long it may take before
	// SIGKILL; zero means 10 seconds.
	StopSignal syscall.Signal
	StopGrace  time.Duration
	// OrphanGrace is the same for one that a killed supervisor left behind, which the next start
	// waits for; zero means StopGrace.
	OrphanGrace time.Duration
	// Transient reports whether the last line of a failed start's log names a cause that passes
	// by itself, so that the start is tried again until ReadyWithin is over; nil means never.
	Transient func(line string) bool
}

func (c *Child) stopSignal() syscall.Signal {
	if c.StopSignal == 0 {
		return syscall.SIGTERM
	}
	return c.StopSignal
}

func (c *Child) stopGrace() time.Duration {
	if c.StopGrace == 0 {
		return 10 * time.Second
	}
	return c.StopGrace
}

func (c *Child) orphanGrace() time.Duration {
	if c.OrphanGrace == 0 {
		return c.stopGrace()
	}
	return c.OrphanGrace
}

func (c *Child) readyWithin() time.Duration {
	if c.ReadyWithin == 0 {
		return time.Minute
	}
	return c.ReadyWithin
}

// process is one run of a child.
type process struct {
	cmd     *exec.Cmd
	started time.Time
	// exited is closed when the process has ended; failure is then how, nil for exit code 0.
	exited  chan struct{}
	failure error
	logPath string
	logFrom int64
}

// launch starts the child with its output appended to its log. The process gets a group of its
// own, so that Ctrl-C in a terminal reaches the supervisor alone, which then stops in order.
func (f *Folder) launch(child *Child) (*process, error) {
	path := f.Log(child.Name)
	if info, err := os.Stat(path); err == nil && info.Size() > largeLog {
		_ = os.Rename(path, path+".1")
	}
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, f.unusable(err)
	}
	defer log.Close()
	from, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, f.unusable(err)
	}

	// No context may end a child: the supervisor stops it in its turn.
	cmd := exec.CommandContext(context.Background(), child.Path, child.Args...)
	cmd.Env = append(os.Environ(), child.Env...)
	cmd.Dir = child.Dir
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	child.Account.apply(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s cannot be started: %w", child.Name, err)
	}
	running := &process{cmd: cmd, started: time.Now(), exited: make(chan struct{}), logPath: path, logFrom: from}
	go func() {
		running.failure = cmd.Wait()
		close(running.exited)
	}()
	if err := f.writePID(child, cmd.Process.Pid); err != nil {
		running.stop(syscall.SIGKILL, 0, nil)
		return nil, err
	}
	return running, nil
}

// stop sends the signal, and SIGKILL to the whole group when the grace is over or hurried is closed; it
// returns when the process has ended.
func (p *process) stop(signal syscall.Signal, grace time.Duration, hurried <-chan struct{}) {
	_ = p.cmd.Process.Signal(signal)
	select {
	case <-p.exited:
		return
	case <-time.After(grace):
	case <-hurried:
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// lastWords is the line of this run's log that tells best why it ended: the last one that calls
// itself fatal, or else the last one.
func (p *process) lastWords() string {
	file, err := os.Open(p.logPath)
	if err != nil {
		return ""
	}
	defer file.Close()
	content, err := io.ReadAll(io.NewSectionReader(file, p.logFrom, 1<<20))
	if err != nil {
		return ""
	}
	var last, fatal string
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		last = line
		if strings.Contains(line, "FATAL") || strings.Contains(line, "PANIC") {
			fatal = line
		}
	}
	if fatal != "" {
		return fatal
	}
	return last
}

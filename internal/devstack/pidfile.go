package devstack

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// pidFile is what the supervisor leaves on disk about a running child, so that the next
// supervisor can stop it if this one is killed. The start time tells the child from a stranger
// that was given the same pid later.
type pidFile struct {
	PID     int            `json:"pid"`
	Started string         `json:"started"`
	Signal  syscall.Signal `json:"signal"`
	Grace   time.Duration  `json:"grace"`
}

const pidSuffix = ".pid"

func (f *Folder) pidPath(role string) string { return filepath.Join(f.run(), role+pidSuffix) }

func (f *Folder) writePID(child *Child, pid int) error {
	started, _ := processStart(pid)
	content, err := json.Marshal(pidFile{PID: pid, Started: started, Signal: child.stopSignal(), Grace: child.orphanGrace()})
	if err != nil {
		return err
	}
	return f.WriteFile(f.pidPath(child.Name), content)
}

// ReapOrphans stops the children that a killed supervisor left behind, all at once, and returns
// when none is left. A pid that now belongs to another process is left alone.
func (f *Folder) ReapOrphans(log *slog.Logger) error {
	entries, err := os.ReadDir(f.run())
	if err != nil {
		return f.unusable(err)
	}
	failures := make(chan error, len(entries))
	waiting := 0
	for _, entry := range entries {
		role, isPID := strings.CutSuffix(entry.Name(), pidSuffix)
		if !isPID {
			continue
		}
		waiting++
		go func() { failures <- f.reap(role, log) }()
	}
	var all []error
	for range waiting {
		all = append(all, <-failures)
	}
	return errors.Join(all...)
}

func (f *Folder) reap(role string, log *slog.Logger) error {
	content, err := os.ReadFile(f.pidPath(role))
	if err != nil {
		return f.unusable(err)
	}
	var orphan pidFile
	// A file cut short by a full disk says nothing; the child it meant cannot be known any more.
	if json.Unmarshal(content, &orphan) == nil && orphan.alive() {
		log.Info("stopping a process of an earlier run", "role", role, "pid", orphan.PID)
		if err := orphan.stop(); err != nil {
			return fmt.Errorf("%s of an earlier run (pid %d) cannot be stopped (%w); stop it yourself and start again", role, orphan.PID, err)
		}
	}
	return os.Remove(f.pidPath(role))
}

func (p pidFile) alive() bool {
	started, running := processStart(p.PID)
	return running && started == p.Started
}

// stop asks first and kills when the grace is over. It cannot wait for the process, which is no
// child of this one, so it polls.
func (p pidFile) stop() error {
	if err := syscall.Kill(p.PID, p.Signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	if p.gone(p.Grace) {
		return nil
	}
	if err := syscall.Kill(-p.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	if !p.gone(killWait) {
		return errors.New("it survives SIGKILL")
	}
	return nil
}

func (p pidFile) gone(within time.Duration) bool {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); <-ticker.C {
		if !p.alive() {
			return true
		}
	}
	return !p.alive()
}

package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock takes a lock that the system gives back when the last process that holds the file dies. With
// LOCK_NB in how it fails at once where somebody else has it.
func (a account) lock(path string, how int) (unlock func(), file *os.File, err error) {
	file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", path, err)
	}
	// What root leaves behind must not shut out the account's own tests.
	if err := file.Chown(int(a.uid), int(a.gid)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("handing %s to the database user: %w", path, err), file.Close())
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), file.Close())
	}
	return func() { _ = file.Close() }, file, nil // Closing a lock file loses nothing.
}

// reap removes what no watchdog could: clusters whose watchdog was killed itself, and prepared ones
// that nobody has used for a week. What it cannot remove now is left to the next start.
func (a account) reap(folder string) {
	runs, _ := filepath.Glob(filepath.Join(folder, "run-*.lock")) // The pattern is well formed.
	for _, path := range runs {
		unlock, _, err := a.lock(path, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue
		}
		run := strings.TrimSuffix(path, ".lock")
		killServer(run)
		if os.RemoveAll(run) == nil {
			_ = os.Remove(path)
		}
		unlock()
	}
	old, _ := filepath.Glob(filepath.Join(folder, "prepared-*"))
	for _, path := range old {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() && time.Since(info.ModTime()) > 7*24*time.Hour {
			_ = os.RemoveAll(path)
		}
	}
}

// killServer ends the server of a run whose watchdog is gone. Its socket is removed with a clean
// end, so that a process id that by now belongs to somebody else is not signalled after a reboot.
func killServer(run string) {
	if _, err := os.Stat(filepath.Join(run, ".s.PGSQL.5432")); err != nil {
		return
	}
	content, err := os.ReadFile(filepath.Join(run, "data", "postmaster.pid"))
	if err != nil {
		return
	}
	line, _, _ := strings.Cut(string(content), "\n")
	command, err := os.ReadFile(filepath.Join("/proc", line, "cmdline"))
	if err == nil && !strings.Contains(string(command), run) {
		return
	}
	if pid, err := strconv.Atoi(line); err == nil && pid > 1 {
		_ = syscall.Kill(pid, syscall.SIGQUIT)
	}
}

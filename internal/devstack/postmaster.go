package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// disownStaleLock mends the postmaster.pid of a killed server whose pid has meanwhile gone to
// another program, as happens in containers, where pids begin anew: PostgreSQL would take that
// program for itself and refuse to start. It ignores a lock that names its parent, so this process
// is written there; the rest of the file stays, since it leads PostgreSQL to sessions that may
// still outlive the killed server.
func (c *Cluster) disownStaleLock(ctx context.Context) error {
	path := filepath.Join(c.data(), "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("database lock %s: %w", path, err)
	}
	first, rest, _ := strings.Cut(string(content), "\n")
	// A file without a pid gives 0, which belongs to nobody: PostgreSQL itself says what is wrong.
	pid, _ := strconv.Atoi(strings.TrimSpace(first))
	if !isStranger(ctx, pid) {
		return nil
	}
	return os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600)
}

// isStranger reports whether the pid belongs to a running program other than PostgreSQL.
func isStranger(ctx context.Context, pid int) bool {
	if _, running := processStart(pid); !running {
		return false
	}
	name, err := exec.CommandContext(ctx, "ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.Contains(string(name), "postgres")
}

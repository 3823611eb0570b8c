package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// disownStaleLock mends the postmaster.pid of a killed server whose pid is still or again in use:
// by the killed process itself, as a zombie that nobody has collected yet, or by another program,
// as happens in containers, where pids begin anew. PostgreSQL would take either for a running
// server and refuse to start. It ignores a lock that names its parent, so this process is written
// there; the rest of the file stays, since it leads PostgreSQL to sessions that may still outlive
// the killed server.
func (c *Cluster) disownStaleLock() error {
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
	if pid <= 0 || servedByPostgres(pid) {
		return nil
	}
	return os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600)
}

// servedByPostgres reports whether the pid belongs to a PostgreSQL server that runs, or may do.
func servedByPostgres(pid int) bool {
	if _, running := processStart(pid); !running {
		return false
	}
	name, err := processName(pid)
	return err != nil || strings.Contains(name, "postgres")
}

package postgrestest

import (
	"errors"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// findBinaries returns the folder that holds initdb and postgres: PATH first, then the newest of
// Debian's versioned folders, then Homebrew's.
func findBinaries() (string, error) {
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// Homebrew and others link single programs into PATH; postgres itself needs its own folder.
		if resolved, err := filepath.EvalSymlinks(initdb); err == nil {
			initdb = resolved
		}
		if complete(filepath.Dir(initdb)) {
			return filepath.Dir(initdb), nil
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
	} {
		folders, err := filepath.Glob(pattern)
		if err != nil {
			continue // The patterns are constants; none is malformed.
		}
		sort.Slice(folders, func(i, j int) bool { return version(folders[i]) > version(folders[j]) })
		for _, folder := range folders {
			if complete(folder) {
				return folder, nil
			}
		}
	}
	return "", errors.New("no PostgreSQL server found on PATH or in the usual folders; " +
		"install one (Debian: apt-get install postgresql, macOS: brew install postgresql) or set OMNICLOUD_TEST_DATABASE_URL")
}

// complete reports whether a folder holds all that a cluster needs; packages of clients hold less.
func complete(folder string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(folder, name)); err != nil {
			return false
		}
	}
	return true
}

// version reads the number out of .../postgresql/15/bin or .../postgresql@15/bin.
func version(folder string) int {
	name := filepath.Base(filepath.Dir(folder))
	if _, after, found := strings.Cut(name, "@"); found {
		name = after
	}
	number, err := strconv.Atoi(name)
	if err != nil {
		return 0
	}
	return number
}

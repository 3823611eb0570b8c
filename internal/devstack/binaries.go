package devstack

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// oldestPostgres is the first major version with everything that the schema uses.
const oldestPostgres = 14

// binaries is an installation of PostgreSQL's server programs.
type binaries struct {
	folder string
	major  int
}

// postgresFolders lists where distributions put server programs that are not on PATH.
var postgresFolders = []string{
	"/usr/lib/postgresql/*/bin",       // Debian, Ubuntu
	"/usr/pgsql-*/bin",                // PostgreSQL's own packages for Red Hat
	"/usr/lib/postgresql*/bin",        // SUSE
	"/usr/libexec/postgresql*",        // Alpine
	"/opt/homebrew/opt/postgres*/bin", // Homebrew on Apple silicon
	"/usr/local/opt/postgres*/bin",    // Homebrew on Intel
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// errNoPostgres says what to do on a machine without PostgreSQL.
var errNoPostgres = errors.New("PostgreSQL's server programs (initdb, postgres) are not on PATH nor in the usual folders; " +
	"install them (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17) or name their folder with --postgres-bin")

// findBinaries returns the newest installation, or the one of a wanted major version, since a
// cluster can only be read by the version that made it. A folder that is given is the only one
// looked into. wanted 0 means any.
func findBinaries(ctx context.Context, given string, wanted int) (binaries, error) {
	var best binaries
	for _, folder := range candidateFolders(given) {
		found, ok := inspectBinaries(ctx, folder)
		if ok && found.major >= oldestPostgres && (wanted == 0 || wanted == found.major) && found.major > best.major {
			best = found
		}
	}
	switch {
	case best.major != 0:
		return best, nil
	case given != "":
		return best, fmt.Errorf("--postgres-bin %s holds no PostgreSQL server of %s; name the folder with initdb and postgres", given, versionWanted(wanted))
	case wanted != 0:
		return best, fmt.Errorf("the data folder's database was made by PostgreSQL %d, which is not installed; install it, or start afresh in another folder with --data", wanted)
	default:
		return best, errNoPostgres
	}
}

func versionWanted(wanted int) string {
	if wanted == 0 {
		return fmt.Sprintf("version %d or newer", oldestPostgres)
	}
	return fmt.Sprintf("version %d", wanted)
}

func candidateFolders(given string) []string {
	if given != "" {
		return []string{given}
	}
	var folders []string
	if onPath, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(onPath))
	}
	for _, pattern := range postgresFolders {
		matches, _ := filepath.Glob(pattern)
		folders = append(folders, matches...)
	}
	return folders
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspectBinaries reports whether a folder holds both programs, and their major version.
func inspectBinaries(ctx context.Context, folder string) (binaries, bool) {
	if _, err := exec.LookPath(filepath.Join(folder, "initdb")); err != nil {
		return binaries{}, false
	}
	out, err := exec.CommandContext(ctx, filepath.Join(folder, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	match := versionLine.FindSubmatch(out)
	if match == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(match[1]))
	return binaries{folder: folder, major: major}, err == nil
}

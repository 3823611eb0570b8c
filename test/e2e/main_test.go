// Package e2e tests the whole product from outside: the built binary, its real processes, HTTP on
// one side and PostgreSQL on the other.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binary is the program under test and repository the root of the module, both absolute.
var binary, repository string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(runAll(m))
}

func runAll(m *testing.M) int {
	if testing.Short() {
		fmt.Println("skipped: end-to-end tests start the whole stack")
		return 0
	}
	folder, err := os.MkdirTemp("", "omnicloud-e2e-")
	if err != nil {
		return fail(err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	// PostgreSQL's account must be able to pass when root runs the tests.
	if err := os.Chmod(folder, 0o755); err != nil {
		return fail(err)
	}
	if repository, err = filepath.Abs("../.."); err != nil {
		return fail(err)
	}
	binary = filepath.Join(folder, "omnicloud")
	build := exec.Command("go", "build", "-o", binary, "./cmd/omnicloud")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		return fail(fmt.Errorf("building the binary: %w\n%s", err, out))
	}
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}

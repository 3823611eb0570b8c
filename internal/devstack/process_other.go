//go:build !linux

package devstack

import (
	"context"
	"os/exec"
	"strconv"
	"strings"
)

// processStart identifies the process that holds a pid by the second at which it started, as ps
// tells it on every Unix. A zombie does not run.
func processStart(pid int) (started string, running bool) {
	out, err := exec.CommandContext(context.Background(), "ps", "-o", "state=,lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return "", false
	}
	state, since, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if state == "" || strings.HasPrefix(state, "Z") {
		return "", false
	}
	return strings.TrimSpace(since), true
}

// processName is the name of the program that a process runs.
func processName(pid int) (string, error) {
	name, err := exec.CommandContext(context.Background(), "ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return strings.TrimSpace(string(name)), err
}

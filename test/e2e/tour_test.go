package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fenced block of the README whose info string is "sh tour" is a step of the tour and must
// succeed. A block "text tour" right after it holds lines of the step's output: each must occur in
// it in that order, with … standing for anything.
const (
	stepFence   = "```sh tour"
	outputFence = "```text tour"
	endFence    = "```"
)

// step is one block of commands with the line of the README where it begins.
type step struct {
	line     int
	commands string
	output   []string
}

// TestReadmeTour runs the README's tour as it stands there, against a stack of its own: only the
// default addresses and the data folder are replaced by that stack's.
func TestReadmeTour(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(repository, "README.md"))
	require.NoError(t, err)
	steps := tourSteps(t, string(content))
	require.NotEmpty(t, steps, "the README has no block that begins with %s", stepFence)

	s := startStack(t)
	workplace := tourWorkplace(t, s)
	replace := strings.NewReplacer(
		"http://127.0.0.1:8080", s.Endpoints.API,
		"http://127.0.0.1:8090", s.Endpoints.Sandbox,
		"http://127.0.0.1:8233", s.Endpoints.TemporalUI,
		"127.0.0.1:7233", s.Endpoints.Temporal,
	)
	for i, output := range runTour(t, workplace, steps, replace) {
		t.Run(fmt.Sprintf("step at line %d says what the README shows", steps[i].line), func(t *testing.T) {
			position := 0
			for _, want := range steps[i].output {
				found := linePattern(replace.Replace(want)).FindStringIndex(output[position:])
				if !assert.NotNil(t, found, "missing: %s\nin: %s", want, output) {
					return
				}
				position += found[1]
			}
		})
	}
}

// tourWorkplace looks like the root of a clone: the repository's files, with the stack's data
// folder as .omnicloud and the binary under test in bin.
func tourWorkplace(t *testing.T, s *stack) string {
	t.Helper()
	workplace := t.TempDir()
	entries, err := os.ReadDir(repository)
	require.NoError(t, err)
	for _, entry := range entries {
		if name := entry.Name(); name != "bin" && name != ".omnicloud" {
			require.NoError(t, os.Symlink(filepath.Join(repository, name), filepath.Join(workplace, name)))
		}
	}
	require.NoError(t, os.Symlink(s.data, filepath.Join(workplace, ".omnicloud")))
	require.NoError(t, os.Mkdir(filepath.Join(workplace, "bin"), 0o755))
	require.NoError(t, os.Symlink(binary, filepath.Join(workplace, "bin", "omnicloud")))
	temporal := filepath.Join(repository, "bin", "temporal")
	require.NoError(t, os.Symlink(temporal, filepath.Join(workplace, "bin", "temporal")))
	return workplace
}

// runTour runs all steps in one shell, as a reader would, and returns the output of each.
func runTour(t *testing.T, workplace string, steps []step, replace *strings.Replacer) []string {
	t.Helper()
	const mark = "=== end of step ==="
	var script strings.Builder
	script.WriteString("set -eu\n")
	for _, step := range steps {
		fmt.Fprintf(&script, "%s\necho; echo '%s'\n", replace.Replace(step.commands), mark)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-c", script.String())
	shell.WaitDelay = time.Second
	shell.Dir = workplace
	out, err := shell.CombinedOutput()
	outputs := strings.Split(string(out), mark)
	done := len(outputs) - 1
	if err != nil {
		require.Less(t, done, len(steps))
		require.NoError(t, err, "the step at line %d of README.md failed:\n%s", steps[done].line, outputs[done])
	}
	return outputs[:len(steps)]
}

func tourSteps(t *testing.T, readme string) []step {
	t.Helper()
	var steps []step
	var fence string
	for i, line := range strings.Split(readme, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(trimmed, endFence):
			fence = trimmed
			if fence == stepFence {
				steps = append(steps, step{line: i + 2})
			}
			require.False(t, fence == outputFence && len(steps) == 0, "line %d: output without a step", i+1)
		case trimmed == endFence:
			fence = ""
		case fence == stepFence:
			steps[len(steps)-1].commands += line + "\n"
		case fence == outputFence && trimmed != "":
			steps[len(steps)-1].output = append(steps[len(steps)-1].output, trimmed)
		}
	}
	return steps
}

// linePattern matches a line of output with … for anything, and any run of spaces for another.
func linePattern(line string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(strings.Join(strings.Fields(line), " "))
	pattern = strings.ReplaceAll(pattern, " ", `\s+`)
	return regexp.MustCompile(strings.ReplaceAll(pattern, "…", ".*?"))
}

func TestTourSteps(t *testing.T) {
	readme := "text\n```sh tour\necho a\n```\n\n```text tour\na … c\n```\n```sh\nnot run\n```\n```sh tour\necho b\n```\n"
	assert.Equal(t, []step{
		{line: 3, commands: "echo a\n", output: []string{"a … c"}},
		{line: 13, commands: "echo b\n"},
	}, tourSteps(t, readme))
	assert.True(t, linePattern("a … c").MatchString("x a  b  c y"))
}

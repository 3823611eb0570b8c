package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// execute runs a command line and returns its exit code and what it printed.
func execute(t *testing.T, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), arguments, streams{In: strings.NewReader(""), Out: &out, Err: &err})
	return code, out.String(), err.String()
}

func TestCommandLine(t *testing.T) {
	t.Run("help goes to standard output and exits with 0", func(t *testing.T) {
		code, stdout, stderr := execute(t, "--help")
		assert.Equal(t, 0, code)
		assert.Contains(t, stdout, "Usage: omnicloud <command>")
		assert.Empty(t, stderr)
	})

	t.Run("usage errors are one line and exit with 1", func(t *testing.T) {
		for _, arguments := range [][]string{{}, {"bogus"}, {"dev", "--bogus"}, {"dev", "--log-format", "xml"}, {"migrate"}} {
			code, stdout, stderr := execute(t, arguments...)
			assert.Equal(t, 1, code, "%v", arguments)
			assert.Empty(t, stdout)
			assert.Regexp(t, `^omnicloud: .+; "omnicloud --help" lists commands and flags\n$`, stderr)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		}
	})

	t.Run("a flag without its value is named", func(t *testing.T) {
		for flag, arguments := range map[string][]string{"--pairs": {"drift", "--pairs"}, "--horizon": {"forecast", "--horizon"}} {
			_, _, stderr := execute(t, arguments...)
			assert.Equal(t, "omnicloud: "+flag+" needs a value; \"omnicloud --help\" lists commands and flags\n", stderr)
		}
	})
}

// TestFlags walks the whole command line as kong sees it.
func TestFlags(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.DefaultEnvars(envPrefix), kong.BindTo(t.Context(), (*context.Context)(nil)))
	require.NoError(t, err)
	var visit func(node *kong.Node)
	visit = func(node *kong.Node) {
		if node.Type == kong.CommandNode {
			assert.NotEmpty(t, node.Help, "command %s has no help", node.FullPath())
		}
		for _, flag := range node.Flags {
			if flag.Name == "help" {
				continue
			}
			name := node.FullPath() + " --" + flag.Name
			assert.NotEmpty(t, flag.Help, "%s has no help", name)
			assert.Equal(t, []string{envName(flag.Name)}, flag.Envs, "%s has another environment twin", name)
		}
		for _, child := range node.Children {
			visit(child)
		}
	}
	visit(parser.Model.Node)
}

// codedError asks for an exit code of its own.
type codedError struct{ code int }

func (e codedError) Error() string { return "" }
func (e codedError) ExitCode() int { return e.code }

func TestReport(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		code int
		line string
	}{
		"nothing failed":                {nil, 0, ""},
		"an error is one line":          {errors.New("no such file:\n  a.csv\n  b.csv"), 1, "omnicloud: no such file:; a.csv; b.csv\n"},
		"a repeated cause is said once": {errors.New("no answer:\n\tdial: refused\n\tdial: refused"), 1, "omnicloud: no answer:; dial: refused\n"},
		"an error with its own code":    {codedError{2}, 2, ""},
		"the same, wrapped":             {fmt.Errorf("drift found%w", codedError{2}), 2, "omnicloud: drift found\n"},
		"an interruption is not done":   {fmt.Errorf("reading: %w", context.Canceled), 1, "omnicloud: interrupted before it was done; run the command again\n"},
		"usage errors never exit with":  {usageError{codedError{80}}, 1, "omnicloud: ; \"omnicloud --help\" lists commands and flags\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var stderr bytes.Buffer
			assert.Equal(t, test.code, report(&stderr, test.err))
			assert.Equal(t, test.line, stderr.String())
		})
	}
}

func TestServiceURLs(t *testing.T) {
	t.Run("services without a URL of their own are the sandbox's", func(t *testing.T) {
		flags := serviceFlags{ServicesURL: "http://sandbox:8090/", BillingURL: "https://billing.example.com/"}
		assert.Equal(t, "http://sandbox:8090/tenants", flags.tenants())
		assert.Equal(t, "https://billing.example.com", flags.billing())
	})
}

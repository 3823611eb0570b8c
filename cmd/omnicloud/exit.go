package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// usageError is a command line that cannot be parsed. It exits with 1 like every other error,
// where kong alone would exit with 80.
type usageError struct{ error }

// noValue is how kong words a flag without its value.
var noValue = regexp.MustCompile(`: expected \w+ value but got "EOL" \(<EOL>\)$`)

// dashedValue is how kong words a value that begins as flags do, such as -5.
var dashedValue = regexp.MustCompile(`^(--[\w-]+): expected \w+ value but got "(.*)" \(short flag\); perhaps try .*$`)

// Error adds what to do to kong's sentence.
func (e usageError) Error() string {
	text := noValue.ReplaceAllString(e.error.Error(), " needs a value")
	text = dashedValue.ReplaceAllString(text, "$1: a value that begins with a dash follows an equals sign; write $1=$2")
	return text + `; "omnicloud --help" lists commands and flags`
}

// codedExit is an error that asks for an exit code of its own, such as 2 for drift found.
type codedExit interface{ ExitCode() int }

// report writes err as one line and returns the exit code: 0 for nil, the error's own where it is
// a codedExit, 1 otherwise. Roles that run until a signal return nil then; for any other command
// an interruption is an error, since what was asked for is not done.
func report(stderr io.Writer, err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted before it was done; run the command again")
	}
	if line := oneLine(err.Error()); line != "" {
		fmt.Fprintf(stderr, "omnicloud: %s\n", line)
	}
	var usage usageError
	var coded codedExit
	if !errors.As(err, &usage) && errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}

// oneLine folds a message of several lines, as libraries make them, into one. What they say twice,
// such as the same refusal of two attempts to connect, is said once.
func oneLine(message string) string {
	lines := strings.FieldsFunc(message, func(r rune) bool { return r == '\n' || r == '\r' })
	kept := lines[:0]
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(kept, line) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "; ")
}

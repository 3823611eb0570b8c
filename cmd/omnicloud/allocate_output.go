package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
)

// write writes cells and, where asked for, their explanations and what is posted. Files appear only
// once all of them are whole.
func (c *allocateCommand) write(std streams, results []allocation.PoolResult, order []int) error {
	var outputs []*allocationfile.Output
	defer func() {
		for _, output := range outputs {
			output.Discard()
		}
	}()
	for _, result := range []struct {
		path  string
		write func(*allocationfile.Output) error
	}{
		{c.Out, func(o *allocationfile.Output) error { return allocationfile.WriteCells(o, results, order) }},
		{c.Explain, func(o *allocationfile.Output) error { return allocationfile.WriteExplanations(o, results, order) }},
		{c.Posting, func(o *allocationfile.Output) error { return c.writePosting(o, results) }},
	} {
		if result.path == "" {
			continue
		}
		output, err := allocationfile.CreateOutput(result.path, std.Out)
		if err != nil {
			return err
		}
		outputs = append(outputs, output)
		if err := result.write(output); err != nil {
			return err
		}
	}
	for _, output := range outputs {
		if err := output.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (c *allocateCommand) writePosting(out *allocationfile.Output, results []allocation.PoolResult) error {
	lines, err := allocation.Post(results, c.PostDigits)
	if err != nil {
		return err
	}
	return allocationfile.WritePosting(out, lines)
}

// lineCounter shows on a terminal how many lines were read, once that takes over two seconds.
type lineCounter struct {
	to    io.Writer // nil where nobody watches
	what  string
	lines int
	next  time.Time
	shown bool
}

const (
	progressDelay = 2 * time.Second
	progressEvery = 200 * time.Millisecond
)

func newLineCounter(stderr io.Writer, what string) *lineCounter {
	counter := &lineCounter{what: what, next: time.Now().Add(progressDelay)}
	if file, isFile := stderr.(*os.File); isFile {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			counter.to = stderr
		}
	}
	return counter
}

func (l *lineCounter) add(lines int) {
	l.lines += lines
	if now := time.Now(); l.to != nil && now.After(l.next) {
		fmt.Fprintf(l.to, "\r%d %s read", l.lines, l.what)
		l.next, l.shown = now.Add(progressEvery), true
	}
}

func (l *lineCounter) finish() {
	if l.shown {
		fmt.Fprintf(l.to, "\r%d %s read\n", l.lines, l.what)
	}
}

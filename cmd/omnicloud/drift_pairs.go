package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"runtime/debug"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

// patientCollection lets the heap grow to five times what is in use, some megabytes, before garbage is
// collected: pairs come and go.
const patientCollection = 400

// comparePairs compares each pair of a file and writes a line each, in the order of the file.
func (c *driftCommand) comparePairs(ctx context.Context, std streams, detector *drift.Detector, known *secrecy.Secrets) error {
	defer debug.SetGCPercent(debug.SetGCPercent(patientCollection))
	schemas := make(map[string]*drift.Schema)
	seen, err := glance(ctx, c.Pairs, schemas, detector, known)
	if err != nil {
		return err
	}
	in, name := std.In, "standard input"
	if c.Pairs != "-" {
		file, err := os.Open(c.Pairs)
		if err != nil {
			return unreadable(c.Pairs, err)
		}
		defer file.Close()
		in, name = file, c.Pairs
	}
	reader := newPairReader(in, name, schemas)
	out := bufio.NewWriterSize(std.Out, 1<<16)
	var all []drift.Record
	gravest := drift.Severity("")
	var written []byte
	for ctx.Err() == nil {
		line, err := reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		p, err := seen.pair(reader, line)
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		finding, err := detector.Compare(p.subject, p.desired, p.actual)
		if err != nil {
			return errors.Join(reader.errorf("%s", err), out.Flush())
		}
		if found := worst(finding.Changes); found.AtLeast(gravest) {
			gravest = found
		}
		if c.Format == "sarif" {
			all = append(all, detector.Records(finding)...)
			continue
		}
		written = append(appendDrifts(written[:0], p.subject.ResourceID, detector.Records(finding), finding.Approximate), '\n')
		if _, err := out.Write(written); err != nil {
			return err
		}
	}
	if c.Format == "sarif" {
		if err := writeSARIF(out, c.Pairs, all); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return c.verdict(gravest)
}

// glimpse is what a first reading of a file shows.
type glimpse struct {
	// lines is how many were read.
	lines int
	// differing has a bit for each line whose pair differs.
	differing []uint64
}

// quiet reports whether a line, counted from 1, holds a pair that does not differ.
func (g glimpse) quiet(line int) bool {
	return line <= g.lines && (line/64 >= len(g.differing) || g.differing[line/64]&(1<<(line%64)) == 0)
}

// pair decodes a line of the second reading: of a pair that does not differ only its id.
func (g glimpse) pair(reader *pairReader, line []byte) (p pair, err error) {
	if !g.quiet(reader.number) {
		return reader.pair(line)
	}
	p.subject.ResourceID, err = reader.id(line)
	return p, err
}

func (g *glimpse) differs(line int) {
	for line/64 >= len(g.differing) {
		g.differing = append(g.differing, 0)
	}
	g.differing[line/64] |= 1 << (line % 64)
}

// glance reads a file once for its secrets, so that those of one pair are hidden in all others, and notes
// which pairs are worth a second look. Standard input can be read only once: there a secret is hidden
// within its own pair.
func glance(ctx context.Context, path string, schemas map[string]*drift.Schema, detector *drift.Detector, known *secrecy.Secrets) (glimpse, error) {
	var seen glimpse
	if path == "-" {
		return seen, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return seen, unreadable(path, err)
	}
	defer file.Close()
	reader := newPairReader(file, path, schemas)
	for ctx.Err() == nil {
		line, err := reader.next()
		if err != nil {
			return seen, nil // the comparison meets the same error, after what comes before it
		}
		p, err := reader.pair(line)
		if err != nil {
			return seen, nil // as above
		}
		for _, side := range []document.Value{p.desired, p.actual} {
			if err := known.LearnMarked(detector, p.subject, side); err != nil {
				return seen, nil // as above
			}
		}
		known.ForgetPlaces()
		differs, err := detector.Differs(p.subject, p.desired, p.actual)
		if err != nil {
			return seen, nil // as above
		}
		if differs {
			seen.differs(reader.number)
		}
		seen.lines = reader.number
	}
	return seen, ctx.Err()
}

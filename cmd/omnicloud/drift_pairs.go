package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// comparePairs compares each pair of a file and writes a line each, in the order of the file.
func (c *driftCommand) comparePairs(ctx context.Context, std streams, detector *drift.Detector, known *secrecy.Secrets) error {
	schemas := make(map[string]*drift.Schema)
	if err := learnPairs(ctx, c.Pairs, schemas, detector, known); err != nil {
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
	reader := pairReader{lines: bufio.NewReaderSize(in, 1<<20), name: name, schemas: schemas}
	out := bufio.NewWriterSize(std.Out, 1<<16)
	var all []drift.Record
	gravest := drift.Severity("")
	var line []byte
	for ctx.Err() == nil {
		p, err := reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
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
		line = append(appendDrifts(line[:0], p.subject.ResourceID, detector.Records(finding)), '\n')
		if _, err := out.Write(line); err != nil {
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

// learnPairs reads a file once for its secrets, so that those of one pair are hidden in all others.
// Standard input can be read only once: there a secret is hidden within its own pair.
func learnPairs(ctx context.Context, path string, schemas map[string]*drift.Schema, detector *drift.Detector, known *secrecy.Secrets) error {
	if path == "-" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer file.Close()
	reader := pairReader{lines: bufio.NewReaderSize(file, 1<<20), name: path, schemas: schemas}
	for ctx.Err() == nil {
		p, err := reader.next()
		if err != nil {
			return nil // the comparison meets the same error, after what comes before it
		}
		for _, side := range []document.Value{p.desired, p.actual} {
			marked, err := detector.Marked(p.subject, side)
			if err != nil {
				return nil // as above
			}
			for _, value := range marked {
				known.Mark(value)
			}
			known.Learn(side)
		}
		known.ForgetPlaces()
	}
	return ctx.Err()
}

// pair is one line of a file of pairs.
type pair struct {
	subject         drift.Subject
	desired, actual document.Value
}

// pairReader reads pairs, a line each. Schemas that are written alike are one, since what a detector
// makes of a schema is worth keeping.
type pairReader struct {
	lines   *bufio.Reader
	name    string
	number  int
	schemas map[string]*drift.Schema
	buffer  []byte
}

func (r *pairReader) errorf(format string, arguments ...any) error {
	return fault.New(fault.InvalidInput, "%s, line %d: "+format, append([]any{r.name, r.number}, arguments...)...)
}

// next returns the next pair, io.EOF after the last, or an InvalidInput error that names the line.
func (r *pairReader) next() (pair, error) {
	for {
		text, err := r.lines.ReadString('\n')
		if text == "" {
			if errors.Is(err, io.EOF) {
				return pair{}, io.EOF
			}
			return pair{}, fault.Wrap(err, fault.InvalidInput, "%s cannot be read", r.name)
		}
		r.number++
		if text != "\n" && text != "\r\n" {
			return r.pair(text)
		}
	}
}

func (r *pairReader) pair(text string) (pair, error) {
	line, err := document.ParseString(text)
	if err != nil {
		return pair{}, r.errorf("%s", err)
	}
	if line.Kind() != document.Object {
		return pair{}, r.errorf("a pair is an object with id, resource_type, desired and actual; this is %s", line.Kind())
	}
	p := pair{desired: line.Get("desired"), actual: line.Get("actual"), subject: drift.Subject{
		ResourceID: line.Get("id").Text(), ResourceType: line.Get("resource_type").Text(), TenantID: line.Get("tenant_id").Text(),
	}}
	if p.subject.ResourceID == "" {
		return pair{}, r.errorf("the pair has no id")
	}
	if p.desired.IsMissing() && p.actual.IsMissing() {
		return pair{}, r.errorf("pair %q has neither desired nor actual", p.subject.ResourceID)
	}
	if schema := line.Get("schema"); schema.Len() > 0 {
		r.buffer = schema.AppendJSON(r.buffer[:0])
		known := r.schemas[string(r.buffer)]
		if known == nil {
			if known, err = drift.ParseSchema(schema); err != nil {
				return pair{}, r.errorf("%s", err)
			}
			r.schemas[string(r.buffer)] = known
		}
		p.subject.Schema = known
	}
	return p, nil
}

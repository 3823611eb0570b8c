package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"strings"

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
		if errors.Is(err, io.EOF) && reader.read == 0 {
			return fault.New(fault.InvalidInput, "%s holds no pair; give a JSON line of id, resource_type, desired and actual for each", name)
		}
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
		line = append(appendDrifts(line[:0], p.subject.ResourceID, detector.Records(finding), finding.Approximate), '\n')
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
			if err := known.LearnMarked(detector, p.subject, side); err != nil {
				return nil // as above
			}
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
	lines *bufio.Reader
	name  string
	// number is that of the line, read how many pairs there were so far.
	number, read int
	schemas      map[string]*drift.Schema
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
			return pair{}, unreadable(r.name, err)
		}
		r.number++
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			r.read++
			return r.pair(text)
		}
	}
}

// pair decodes a line. The schema is decoded only where it is not known yet, which is why the line is
// taken apart first.
func (r *pairReader) pair(text string) (pair, error) {
	var p pair
	var failed error
	schema := ""
	decode := func(into *document.Value, key, value string) {
		var err error
		if *into, err = document.ParseString(value); err != nil && failed == nil {
			failed = r.errorf("%s: %s", key, inLine(err))
		}
	}
	var id, resourceType, tenant document.Value
	whole := document.Fields(text, func(key, value string) {
		switch key {
		case "id":
			decode(&id, key, value)
		case "resource_type":
			decode(&resourceType, key, value)
		case "tenant_id":
			decode(&tenant, key, value)
		case "desired":
			decode(&p.desired, key, value)
		case "actual":
			decode(&p.actual, key, value)
		case "schema":
			schema = value
		}
	})
	p.subject = drift.Subject{ResourceID: id.Text(), ResourceType: resourceType.Text(), TenantID: tenant.Text()}
	switch {
	case failed != nil:
		return pair{}, failed
	case !whole:
		return pair{}, r.malformed(text)
	case p.subject.ResourceID == "":
		return pair{}, r.errorf("the pair has no id")
	case p.desired.IsMissing() && p.actual.IsMissing():
		return pair{}, r.errorf("pair %q has neither desired nor actual", p.subject.ResourceID)
	}
	var err error
	p.subject.Schema, err = r.schema(schema)
	return p, err
}

// inLine tells an error of a document that is one line, whose number is told already.
func inLine(err error) string { return strings.TrimPrefix(err.Error(), "line 1, ") }

// malformed says why a line is no pair.
func (r *pairReader) malformed(text string) error {
	line, err := document.ParseString(text)
	if err != nil {
		return r.errorf("%s", inLine(err))
	}
	return r.errorf("a pair is an object with id, resource_type, desired and actual; this is %s", line.Kind())
}

// schema returns the schema that a text holds, nil for none.
func (r *pairReader) schema(text string) (*drift.Schema, error) {
	if text == "" {
		return nil, nil
	}
	if known := r.schemas[text]; known != nil {
		return known, nil
	}
	value, err := document.ParseString(text)
	if err != nil {
		return nil, r.errorf("schema: %s", inLine(err))
	}
	if value.IsNull() {
		return nil, nil
	}
	schema, err := drift.ParseSchema(value)
	if err != nil {
		return nil, r.errorf("%s", err)
	}
	r.schemas[strings.Clone(text)] = schema
	return schema, nil
}

package main

import (
	"bufio"
	"bytes"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// pair is one line of a file of pairs.
type pair struct {
	subject         drift.Subject
	desired, actual document.Value
}

// pairReader reads pairs, a line each, into the same memory: a pair is valid until the next. Schemas that
// are written alike are one, since what a detector makes of a schema is worth keeping.
type pairReader struct {
	lines *bufio.Scanner
	name  string
	// number is that of the line, read how many pairs there were so far.
	number, read int
	schemas      map[string]*drift.Schema
	// names decodes ids and types.
	names, desired, actual document.Decoder
	// keys are those of the line that is read.
	keys []string
}

// newPairReader returns a reader of lines of any length.
func newPairReader(in io.Reader, name string, schemas map[string]*drift.Schema) *pairReader {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<18), math.MaxInt)
	return &pairReader{lines: lines, name: name, schemas: schemas}
}

func (r *pairReader) errorf(format string, arguments ...any) error {
	return fault.New(fault.InvalidInput, "%s, line %d: "+format, append([]any{r.name, r.number}, arguments...)...)
}

// next returns the next line that is not empty, which is valid until the one after; io.EOF after the last,
// or an InvalidInput error, also where there is no line at all.
func (r *pairReader) next() ([]byte, error) {
	for r.lines.Scan() {
		r.number++
		if line := bytes.TrimRight(r.lines.Bytes(), "\r"); len(line) > 0 {
			r.read++
			return line, nil
		}
	}
	switch err := r.lines.Err(); {
	case err != nil:
		return nil, unreadable(r.name, err)
	case r.read == 0:
		return nil, fault.New(fault.InvalidInput, "%s holds no pair; give a JSON line of id, resource_type, desired and actual for each", r.name)
	default:
		return nil, io.EOF
	}
}

// id decodes the id of a line alone, of a pair that was read before. It mostly comes first, so that the
// rest of a line is not even copied.
func (r *pairReader) id(line []byte) (id string, err error) {
	for _, length := range []int{min(len(line), 1<<8), len(line)} {
		found := false
		document.Fields(string(line[:length]), func(key string, value document.Field) bool {
			if key != "id" {
				return true
			}
			id, err = r.word(value)
			found = err == nil
			return false
		})
		if found {
			break
		}
	}
	return id, err
}

// word decodes a single value and returns its text.
func (r *pairReader) word(field document.Field) (string, error) {
	value, err := field.Decode(&r.names)
	return value.Text(), err
}

// pair decodes a line, or returns an InvalidInput error that names it. The schema is decoded only where
// it is not known yet, which is why the line is taken apart first.
func (r *pairReader) pair(line []byte) (pair, error) {
	var p pair
	text := string(line)
	var failed error
	schema := ""
	r.keys = r.keys[:0]
	whole := document.Fields(text, func(key string, value document.Field) bool {
		if slices.Contains(r.keys, key) {
			failed = r.errorf("the key %q comes twice", key)
			return false
		}
		r.keys = append(r.keys, key)
		var err error
		switch key {
		case "id":
			p.subject.ResourceID, err = r.word(value)
		case "resource_type":
			p.subject.ResourceType, err = r.word(value)
		case "tenant_id":
			p.subject.TenantID, err = r.word(value)
		case "desired":
			p.desired, err = value.Decode(&r.desired)
		case "actual":
			p.actual, err = value.Decode(&r.actual)
		case "schema":
			schema = value.Text()
		}
		if err != nil {
			failed = r.errorf("%s: %s", key, inLine(err))
		}
		return err == nil
	})
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
	text = strings.Clone(text) // what is kept of a schema would keep the whole line
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
	r.schemas[text] = schema
	return schema, nil
}

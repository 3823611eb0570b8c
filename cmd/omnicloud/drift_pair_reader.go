package main

import (
	"bufio"
	"errors"
	"io"
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

// pairReader reads pairs, a line each. Schemas that are written alike are one, since what a detector
// makes of a schema is worth keeping.
type pairReader struct {
	lines *bufio.Reader
	name  string
	// number is that of the line, read how many pairs there were so far.
	number, read int
	schemas      map[string]*drift.Schema
	// names decodes ids and types.
	names document.Decoder
	// decoders, where there are any, decode both sides of each pair into the same memory: a pair is then
	// valid until the next.
	decoders *[2]document.Decoder
}

func (r *pairReader) errorf(format string, arguments ...any) error {
	return fault.New(fault.InvalidInput, "%s, line %d: "+format, append([]any{r.name, r.number}, arguments...)...)
}

// next returns the next line that is not empty, io.EOF after the last, or an InvalidInput error, also
// where there is no line at all.
func (r *pairReader) next() (string, error) {
	for {
		text, err := r.lines.ReadString('\n')
		if text == "" {
			switch {
			case errors.Is(err, io.EOF) && r.read == 0:
				return "", fault.New(fault.InvalidInput, "%s holds no pair; give a JSON line of id, resource_type, desired and actual for each", r.name)
			case errors.Is(err, io.EOF):
				return "", io.EOF
			}
			return "", unreadable(r.name, err)
		}
		r.number++
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			r.read++
			return text, nil
		}
	}
}

// id decodes the id of a line alone, of a pair that was read before.
func (r *pairReader) id(text string) (id string, err error) {
	document.Fields(text, func(key, value string) bool {
		if key != "id" {
			return true
		}
		id, err = r.word(value)
		return false
	})
	return id, err
}

// word decodes a single value and returns its text.
func (r *pairReader) word(text string) (string, error) {
	value, err := r.names.DecodeString(text)
	return value.Text(), err
}

// side decodes the configuration of one side, 0 or 1.
func (r *pairReader) side(at int, text string) (document.Value, error) {
	if r.decoders == nil {
		return document.ParseString(text)
	}
	return r.decoders[at].DecodeString(text)
}

// pair decodes a line, or returns an InvalidInput error that names it. The schema is decoded only where
// it is not known yet, which is why the line is taken apart first.
func (r *pairReader) pair(text string) (pair, error) {
	var p pair
	var failed error
	schema := ""
	whole := document.Fields(text, func(key, value string) bool {
		var err error
		switch key {
		case "id":
			p.subject.ResourceID, err = r.word(value)
		case "resource_type":
			p.subject.ResourceType, err = r.word(value)
		case "tenant_id":
			p.subject.TenantID, err = r.word(value)
		case "desired":
			p.desired, err = r.side(0, value)
		case "actual":
			p.actual, err = r.side(1, value)
		case "schema":
			schema = value
		}
		if err != nil && failed == nil {
			failed = r.errorf("%s: %s", key, inLine(err))
		}
		return true
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

package resourcefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// listing begins a document as the state service lists resources.
var listing = regexp.MustCompile(`^\s*\{\s*"(resources|total|next_cursor)"`)

// Read yields the resources of files, until the first error. A file holds resources one after the
// other, a list of them, or an object with such a list as member resources, which is how a state
// service lists them. Files without any resource are an error.
func Read(files intake.Files) infra.Rows {
	return func(yield func(infra.Row, error) bool) {
		for file, err := range files {
			count := 0
			if err == nil {
				err = readFile(file, func(row infra.Row) bool {
					count++
					return yield(row, nil)
				})
			}
			if errors.Is(err, errStopped) {
				return
			}
			if err == nil && count == 0 {
				err = fault.Invalid(file.Name, "%s holds no resources", file.Name)
			}
			if err != nil {
				yield(infra.Row{}, err)
				return
			}
		}
	}
}

// errStopped ends the reading because nobody wants more.
var errStopped = errors.New("the reader of resources left")

// reader reads one file.
type reader struct {
	name    string
	lines   *lineCounter
	decoder *json.Decoder
	take    func(infra.Row) bool
}

func readFile(file intake.File, take func(infra.Row) bool) error {
	source, err := unpacked(file)
	if err != nil {
		return err
	}
	head, _ := source.Peek(4096) // a shorter file is looked at whole
	lines := &lineCounter{source: source}
	r := &reader{name: file.Name, lines: lines, decoder: json.NewDecoder(lines), take: take}
	switch begins := bytes.TrimLeft(head, " \t\r\n"); {
	case listing.Match(head):
		err = r.document()
	case len(begins) > 0 && begins[0] == '[':
		err = r.list()
	default:
		return r.values()
	}
	if err != nil {
		return err
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return r.problem("something follows the document")
	}
	return nil
}

// values reads resources one after the other.
func (r *reader) values() error {
	for {
		var text json.RawMessage
		err := r.decoder.Decode(&text)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return r.broken(err)
		}
		if err := r.resource(text); err != nil {
			return err
		}
	}
}

// list reads a list of resources.
func (r *reader) list() error {
	if token, err := r.decoder.Token(); err != nil || token != json.Delim('[') {
		return r.problem("a list of resources belongs here")
	}
	for r.decoder.More() {
		var text json.RawMessage
		if err := r.decoder.Decode(&text); err != nil {
			return r.broken(err)
		}
		if err := r.resource(text); err != nil {
			return err
		}
	}
	if _, err := r.decoder.Token(); err != nil {
		return r.broken(err)
	}
	return nil
}

// document reads an object whose member resources lists them. A page that names a next one is refused:
// it is not the whole.
func (r *reader) document() error {
	if _, err := r.decoder.Token(); err != nil {
		return r.broken(err)
	}
	for r.decoder.More() {
		name, err := r.decoder.Token()
		if err != nil {
			return r.broken(err)
		}
		switch name {
		case "resources":
			err = r.list()
		case "next_cursor":
			return r.problem("this is one page of a listing; fetch the others and import them together")
		default:
			var passed json.RawMessage
			if err = r.decoder.Decode(&passed); err != nil {
				err = r.broken(err)
			}
		}
		if err != nil {
			return err
		}
	}
	if _, err := r.decoder.Token(); err != nil {
		return r.broken(err)
	}
	return nil
}

// broken says where text is no JSON, without the text, which may hold a secret.
func (r *reader) broken(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return r.problem("this is no JSON: " + syntax.Error())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return r.problem("the file ends in the middle of what begins here")
	default:
		return fault.Wrap(err, fault.InvalidInput, "%s cannot be read to its end", r.name)
	}
}

// problem is an error about what comes next.
func (r *reader) problem(what string) error {
	offset := r.decoder.InputOffset()
	ahead, _ := io.ReadAll(r.decoder.Buffered()) // a reader of bytes in memory
	offset += int64(len(ahead) - len(bytes.TrimLeft(ahead, ", \t\r\n")))
	place := r.place(offset)
	return fault.Invalid(place, "%s: %s", place, what)
}

func (r *reader) place(offset int64) string {
	return fmt.Sprintf("%s line %d", r.name, r.lines.line(offset))
}

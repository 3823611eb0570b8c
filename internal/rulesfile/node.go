package rulesfile

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// node is a value of a document, whether written as YAML or as JSON, with the line it begins on.
// Numbers keep the text that was written, so that no digit is lost.
type node struct {
	name  string // of the file, for errors
	path  string // within the document, such as pools[1].strategy
	line  int
	kind  kind
	text  string
	typed bool // the scalar is written as a number or boolean, not as text
	items []node
	keys  []string // of a mapping, beside items, in the order of the document
}

type kind int

const (
	kindNull kind = iota
	kindScalar
	kindList
	kindMapping
)

// String names the kind for people.
func (k kind) String() string {
	return [...]string{"nothing", "a single value", "a list", "a mapping"}[k]
}

// errorf makes an InvalidInput error that names file, line and place.
func (n node) errorf(format string, arguments ...any) error {
	place := fmt.Sprintf("%s:%d", n.name, n.line)
	message := fmt.Sprintf(format, arguments...)
	if n.path != "" {
		message = n.path + ": " + message
	}
	return fault.Invalid(place, "%s: %s", place, message)
}

// fields reads a mapping by handing every key to the function of its name. A key that is not known
// or comes twice is an error.
func (n node) fields(known map[string]func(node) error) error {
	if n.kind != kindMapping {
		return n.errorf("is %s; it must be a mapping", n.kind)
	}
	seen := make(map[string]bool, len(n.keys))
	for i, key := range n.keys {
		read, isKnown := known[key]
		if !isKnown {
			return n.items[i].errorf("is not known here")
		}
		if seen[key] {
			return n.items[i].errorf("is given twice")
		}
		seen[key] = true
		if n.items[i].kind == kindNull {
			continue
		}
		if err := read(n.items[i]); err != nil {
			return err
		}
	}
	return nil
}

// each reads a list.
func (n node) each(read func(node) error) error {
	if n.kind != kindList {
		return n.errorf("is %s; it must be a list", n.kind)
	}
	for _, item := range n.items {
		if err := read(item); err != nil {
			return err
		}
	}
	return nil
}

// scalar reads a single value as text.
func (n node) scalar() (string, error) {
	if n.kind != kindScalar {
		return "", n.errorf("is %s; it must be a single value", n.kind)
	}
	return n.text, nil
}

// member and element place a child within the document.
func (n node) member(key string) string {
	if n.path == "" {
		return key
	}
	return n.path + "." + key
}

func (n node) element(i int) string { return fmt.Sprintf("%s[%d]", n.path, i) }

package document

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// maxDepth bounds how deep a document nests, so that a hostile one cannot exhaust the stack.
const maxDepth = 512

// Parse decodes a JSON document. Of a key that comes twice in an object the last counts, as with
// most providers. An error is InvalidInput and names line and column.
func Parse(text []byte) (Value, error) { return ParseString(string(text)) }

// ParseString decodes a JSON document as Parse does. Texts of the result share the memory of the
// argument.
func ParseString(text string) (Value, error) {
	return parseInto(make([]node, 1, nodesOf(text)), text)
}

// Decoder decodes one document after the other into the same memory. It is not safe for concurrent use;
// the zero value is ready.
type Decoder struct{ slab []node }

// DecodeString decodes a document as ParseString does. The result is valid until the next call; its texts
// are valid as long as the argument.
func (d *Decoder) DecodeString(text string) (Value, error) {
	if needed := nodesOf(text); cap(d.slab) < needed {
		d.slab = make([]node, 1, 2*needed)
	}
	d.slab[0] = node{}
	return parseInto(d.slab[:1], text)
}

// parseInto decodes into a slab that has room for all nodes, of which the first becomes the document.
func parseInto(slab []node, text string) (Value, error) {
	if !utf8.ValidString(text) {
		return Value{}, fault.New(fault.InvalidInput, "the document is not valid UTF-8; save it as UTF-8")
	}
	stack, _ := stacks.Get().(*[]node)
	p := parser{text: text, slab: slab, stack: (*stack)[:0]}
	defer p.release(stack)
	root := &p.slab[0]
	if err := p.value(root, 0); err != nil {
		return Value{}, err
	}
	if p.space(); p.at < len(p.text) {
		return Value{}, p.errorf("there is something after the end of the document")
	}
	return Value{root}, nil
}

// nodesOf returns at least the number of values in a well-formed document, so that all of them lie in
// one piece of memory.
func nodesOf(text string) int {
	return 2 + strings.Count(text, ",") + strings.Count(text, "{") + strings.Count(text, "[")
}

// stacks are kept from document to document.
var stacks = sync.Pool{New: func() any { return new([]node) }}

// release gives the stack back, unless one huge document made it huge.
func (p *parser) release(stack *[]node) {
	const kept = 4096
	if cap(p.stack) > kept {
		return
	}
	*stack = p.stack[:cap(p.stack)]
	clear(*stack) // so that it does not keep documents alive
	stacks.Put(stack)
}

// parser reads a document in one pass. Children of the containers that are still open lie on the
// stack; a container that closes moves its children to the slab, where they stay.
type parser struct {
	text  string
	at    int
	stack []node
	slab  []node
}

func (p *parser) errorf(format string, arguments ...any) error {
	before := p.text[:min(p.at, len(p.text))]
	line := 1 + strings.Count(before, "\n")
	column := len(before) - strings.LastIndexByte(before, '\n')
	return fault.New(fault.InvalidInput, "line %d, column %d: "+format, append([]any{line, column}, arguments...)...)
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\n', '\t', '\r':
			p.at++
		default:
			return
		}
	}
}

// next skips white space and returns the next byte, 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at >= len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) value(into *node, depth int) error {
	switch c := p.next(); {
	case c == '"':
		text, err := p.str()
		into.kind, into.text = String, text
		return err
	case c == '{' || c == '[':
		if depth >= maxDepth {
			return p.errorf("the document nests deeper than %d levels", maxDepth)
		}
		p.at++
		if c == '{' {
			return p.object(into, depth+1)
		}
		return p.array(into, depth+1)
	case c == '-' || (c >= '0' && c <= '9'):
		length, inBounds := numberLength(p.text[p.at:])
		if length == 0 {
			return p.errorf("this is no JSON number")
		}
		if !inBounds {
			return p.errorf("the exponent of the number is beyond %d", maxExponent)
		}
		into.kind, into.text = Number, p.text[p.at:p.at+length]
		p.at += length
		return nil
	default:
		return p.word(into)
	}
}

func (p *parser) word(into *node) error {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, "true"):
		into.kind, into.text = Bool, rest[:4]
	case strings.HasPrefix(rest, "false"):
		into.kind, into.text = Bool, rest[:5]
	case strings.HasPrefix(rest, "null"):
		into.kind = Null
		p.at += 4
		return nil
	case rest == "":
		return p.errorf("the document ends where a value is expected")
	default:
		return p.errorf("a value cannot begin with %q", []rune(rest[:min(len(rest), utf8.UTFMax)])[0])
	}
	p.at += len(into.text)
	return nil
}

func (p *parser) array(into *node, depth int) error {
	into.kind = Array
	base := len(p.stack)
	if p.next() == ']' {
		p.at++
		return nil
	}
	for {
		var item node
		if err := p.value(&item, depth); err != nil {
			return err
		}
		p.stack = append(p.stack, item)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			into.children = p.keep(base)
			return nil
		default:
			return p.errorf("a comma or ] is expected")
		}
	}
}

func (p *parser) object(into *node, depth int) error {
	into.kind = Object
	base := len(p.stack)
	if p.next() == '}' {
		p.at++
		return nil
	}
	for {
		if p.next() != '"' {
			return p.errorf("a key in quotes is expected")
		}
		key, err := p.str()
		if err != nil {
			return err
		}
		if p.next() != ':' {
			return p.errorf("a colon is expected after the key")
		}
		p.at++
		item := node{key: key}
		if err := p.value(&item, depth); err != nil {
			return err
		}
		p.stack = append(p.stack, item)
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			p.stack = append(p.stack[:base], sorted(p.stack[base:])...)
			into.children = p.keep(base)
			return nil
		default:
			return p.errorf("a comma or } is expected")
		}
	}
}

// keep moves what lies on the stack from base to the slab.
func (p *parser) keep(base int) []node {
	children := p.stack[base:]
	if cap(p.slab)-len(p.slab) < len(children) {
		p.slab = make([]node, 0, max(len(children), 2*cap(p.slab), 16))
	}
	start := len(p.slab)
	p.slab = append(p.slab, children...)
	p.stack = p.stack[:base]
	return p.slab[start:len(p.slab):len(p.slab)]
}

// sorted brings members into byte order of key and keeps the last of each key.
func sorted(members []node) []node {
	repeated := false
	if len(members) <= 16 {
		// Most objects are small and half sorted: insertion beats a general sort.
		for i := 1; i < len(members); i++ {
			if members[i-1].key < members[i].key {
				continue
			}
			moved := members[i]
			j := i
			for ; j > 0 && members[j-1].key > moved.key; j-- {
				members[j] = members[j-1]
			}
			members[j] = moved
			repeated = repeated || (j > 0 && members[j-1].key == moved.key)
		}
	} else {
		slices.SortStableFunc(members, func(a, b node) int { return strings.Compare(a.key, b.key) })
		repeated = true
	}
	if !repeated {
		return members
	}
	kept := members[:0]
	for i := range members {
		if i+1 < len(members) && members[i+1].key == members[i].key {
			continue
		}
		kept = append(kept, members[i])
	}
	return kept
}

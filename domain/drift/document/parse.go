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
	p, _ := parsers.Get().(*parser)
	defer p.release()
	p.text = text
	return p.document()
}

// Decoder decodes one document after the other into the same memory. It is not safe for concurrent use;
// the zero value is ready.
type Decoder struct{ parser parser }

// DecodeString decodes a document as ParseString does. The result is valid until the next call; its texts
// are valid as long as the argument.
func (d *Decoder) DecodeString(text string) (Value, error) {
	return d.ready(text, 0).document()
}

// ready returns a parser that stands at a place of a text and has all memory to itself.
func (d *Decoder) ready(text string, at int) *parser {
	p := &d.parser
	p.text, p.at, p.stack, p.slab = text, at, p.stack[:0], p.slab[:0]
	return p
}

// parser reads a document in one pass. Children of the containers that are still open lie on the
// stack; a container that closes moves its children to the slab, where they stay.
type parser struct {
	text  string
	at    int
	stack []node
	slab  []node
}

// parsers are kept from document to document for their stacks.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// release gives the parser back without what would keep the document alive, unless a huge document made
// its stack huge.
func (p *parser) release() {
	const kept = 512
	if cap(p.stack) > kept {
		return
	}
	clear(p.stack[:cap(p.stack)])
	*p = parser{stack: p.stack[:0]}
	parsers.Put(p)
}

const notUTF8 = "the document is not valid UTF-8; save it as UTF-8"

// document reads a whole document.
func (p *parser) document() (Value, error) {
	if !utf8.ValidString(p.text) {
		return Value{}, fault.New(fault.InvalidInput, notUTF8)
	}
	p.slab = slices.Grow(p.slab, nodesOf(p.text))
	if err := p.value("", 0); err != nil {
		return Value{}, err
	}
	if p.space(); p.at < len(p.text) {
		return Value{}, p.errorf("there is something after the end of the document")
	}
	return p.root(), nil
}

// root takes the value that is left on the stack at the end.
func (p *parser) root() Value { return Value{&p.keep(0)[0]} }

// nodesOf returns at least the number of values in a well-formed document, so that all of them lie in
// one piece of memory.
func nodesOf(text string) int {
	return 1 + strings.Count(text, ",") + strings.Count(text, "{") + strings.Count(text, "[")
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

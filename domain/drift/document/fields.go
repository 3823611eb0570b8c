package document

import (
	"strings"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Fields hands each key of an object to visit, with its value as far as it has been read: for a reader
// that does not need all of them decoded. It ends where visit returns false, and reports false where the
// text is no object that it can take apart; Parse then says why.
func Fields(text string, visit func(key string, value Field) (more bool)) bool {
	p := parser{text: text}
	if p.next() != '{' {
		return false
	}
	p.at++
	if p.next() == '}' {
		p.at++
		return p.next() == 0
	}
	for {
		key, err := p.key()
		if err != nil {
			return false
		}
		p.space()
		start := p.at
		if !visit(key, Field{&p}) {
			return true
		}
		if p.at == start && !p.skip() {
			return false
		}
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			return p.next() == 0 && p.at == len(text)
		default:
			return false
		}
	}
}

// Field is a value that Fields has come to. It is read once, by one of its methods, or passed over.
type Field struct{ p *parser }

// Text returns the text of the value, without what surrounds it. It need not be valid.
func (f Field) Text() string {
	start := f.p.at
	if !f.p.skip() {
		f.p.at = len(f.p.text)
	}
	return f.p.text[start:f.p.at]
}

// Decode decodes the value as Decoder.DecodeString does; an error names its place in the whole text.
func (f Field) Decode(into *Decoder) (Value, error) {
	p := into.ready(f.p.text, f.p.at)
	if err := p.value("", 0); err != nil {
		return Value{}, err
	}
	if !utf8.ValidString(p.text[f.p.at:p.at]) {
		return Value{}, fault.New(fault.InvalidInput, notUTF8)
	}
	f.p.at = p.at
	return p.root(), nil
}

// skip moves past one value by its quotes and brackets.
func (p *parser) skip() bool {
	depth := 0
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '"':
			if !p.skipText() {
				return false
			}
			if depth == 0 {
				return true
			}
			continue
		case '{', '[':
			depth++
		case '}', ']', ',':
			if depth == 0 {
				return true
			}
			if p.text[p.at] == ',' {
				break
			}
			if depth--; depth == 0 {
				p.at++
				return true
			}
		}
		p.at++
	}
	return false
}

// skipText moves past a string literal.
func (p *parser) skipText() bool {
	for at := p.at + 1; ; {
		end := strings.IndexByte(p.text[at:], '"')
		if end < 0 {
			return false
		}
		at += end + 1
		backslashes := 0
		for i := at - 2; p.text[i] == '\\'; i-- {
			backslashes++
		}
		if backslashes%2 == 0 {
			p.at = at
			return true
		}
	}
}

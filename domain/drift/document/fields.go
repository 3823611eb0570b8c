package document

import "strings"

// Fields hands each key of an object to visit, with the text of its value, without decoding the
// values: for a reader that knows some of them already. It ends where visit returns false, and reports
// false where the text is no object that it can take apart; Parse then says why. What it hands on need
// not be valid.
func Fields(text string, visit func(key, value string) (more bool)) bool {
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
		if p.next() != '"' {
			return false
		}
		key, err := p.str()
		if err != nil || p.next() != ':' {
			return false
		}
		p.at++
		p.space()
		start := p.at
		if !p.skip() {
			return false
		}
		if !visit(key, text[start:p.at]) {
			return true
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

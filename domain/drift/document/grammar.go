package document

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// value reads a value and puts it on the stack, with the key of a member.
func (p *parser) value(key string, depth int) error {
	var err error
	read := node{key: key}
	switch c := p.next(); {
	case c == '"':
		read.kind = String
		read.text, err = p.str()
	case c == '{':
		read.kind = Object
		read.children, err = p.object(depth + 1)
	case c == '[':
		read.kind = Array
		read.children, err = p.array(depth + 1)
	case c == '-' || (c >= '0' && c <= '9'):
		read.kind = Number
		read.text, err = p.number()
	default:
		read.kind, read.text, err = p.word()
	}
	p.stack = append(p.stack, read)
	return err
}

func (p *parser) number() (string, error) {
	rest := p.text[p.at:]
	length, inBounds := numberLength(rest)
	switch {
	case length == 0:
		return "", p.errorf("this is no JSON number")
	case !inBounds:
		return "", p.errorf("the exponent of the number is beyond %d", maxExponent)
	}
	p.at += length
	return rest[:length], nil
}

func (p *parser) word() (kind Kind, text string, err error) {
	rest := p.text[p.at:]
	switch {
	case strings.HasPrefix(rest, "true"):
		kind, text = Bool, rest[:len("true")]
	case strings.HasPrefix(rest, "false"):
		kind, text = Bool, rest[:len("false")]
	case strings.HasPrefix(rest, "null"):
		p.at += len("null")
		return Null, "", nil
	case rest == "":
		return Missing, "", p.errorf("the document ends where a value is expected")
	default:
		return Missing, "", p.errorf("a value cannot begin with %q", []rune(rest[:min(len(rest), utf8.UTFMax)])[0])
	}
	p.at += len(text)
	return kind, text, nil
}

// open moves past the bracket that opens a list or an object.
func (p *parser) open(depth int) error {
	if depth > maxDepth {
		return p.errorf("the document nests deeper than %d levels", maxDepth)
	}
	p.at++
	return nil
}

func (p *parser) array(depth int) ([]node, error) {
	if err := p.open(depth); err != nil {
		return nil, err
	}
	base := len(p.stack)
	if p.next() == ']' {
		p.at++
		return nil, nil
	}
	for {
		if err := p.value("", depth); err != nil {
			return nil, err
		}
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			return p.keep(base), nil
		default:
			return nil, p.errorf("a comma or ] is expected")
		}
	}
}

func (p *parser) object(depth int) ([]node, error) {
	if err := p.open(depth); err != nil {
		return nil, err
	}
	base := len(p.stack)
	if p.next() == '}' {
		p.at++
		return nil, nil
	}
	for {
		key, err := p.key()
		if err != nil {
			return nil, err
		}
		if err := p.value(key, depth); err != nil {
			return nil, err
		}
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			p.stack = p.stack[:base+len(sorted(p.stack[base:]))]
			return p.keep(base), nil
		default:
			return nil, p.errorf("a comma or } is expected")
		}
	}
}

// key reads the key of a member and its colon.
func (p *parser) key() (string, error) {
	if p.next() != '"' {
		return "", p.errorf("a key in quotes is expected")
	}
	key, err := p.str()
	if err != nil {
		return "", err
	}
	if p.next() != ':' {
		return "", p.errorf("a colon is expected after the key")
	}
	p.at++
	return key, nil
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

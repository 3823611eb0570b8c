package focus

import (
	"bytes"
	"unicode/utf8"
)

// parsePlainTags reads what nearly all tags look like, a JSON object of strings without escapes, several
// times as fast as encoding/json. It reports false for anything else, wrong or merely unusual.
func parsePlainTags(field []byte) (tags map[string]string, plain bool) {
	if len(field) < 2 || field[0] != '{' || !utf8.Valid(field) {
		return nil, false
	}
	// An entry has four quotes.
	tags = make(map[string]string, bytes.Count(field, []byte{'"'})/4)
	for rest := field[1:]; ; rest = rest[1:] {
		var key, value []byte
		if key, rest, plain = plainString(rest); !plain {
			return nil, false
		}
		if rest = skipSpaces(rest); len(rest) == 0 || rest[0] != ':' {
			return nil, false
		}
		if value, rest, plain = plainString(rest[1:]); !plain {
			return nil, false
		}
		tags[string(key)] = string(value)
		if rest = skipSpaces(rest); len(rest) == 0 || rest[0] != ',' {
			return tags, len(rest) == 1 && rest[0] == '}'
		}
	}
}

// plainString takes a string without escapes off a text.
func plainString(text []byte) (content, rest []byte, plain bool) {
	text = skipSpaces(text)
	if len(text) == 0 || text[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return text[1:i], text[i+1:], true
		case c == '\\' || c < ' ':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

func skipSpaces(text []byte) []byte {
	for len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	return text
}

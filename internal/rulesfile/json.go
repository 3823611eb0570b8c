package rulesfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// parseJSON reads a document into nodes.
func parseJSON(name string, text []byte) (node, error) {
	reader := jsonReader{name: name, text: text, decoder: json.NewDecoder(bytes.NewReader(text))}
	reader.decoder.UseNumber()
	root, err := reader.value(node{name: name, line: 1})
	if err != nil {
		return node{}, err
	}
	if _, err := reader.decoder.Token(); !errors.Is(err, io.EOF) {
		return node{}, reader.at(node{name: name}).errorf("there is something after the end of the document")
	}
	return root, nil
}

type jsonReader struct {
	name    string
	text    []byte
	decoder *json.Decoder
}

// at sets a node's line to where the reader stands.
func (r jsonReader) at(n node) node {
	offset := min(int(r.decoder.InputOffset()), len(r.text))
	n.line = 1 + bytes.Count(r.text[:offset], []byte{'\n'})
	return n
}

func (r jsonReader) value(at node) (node, error) {
	token, err := r.decoder.Token()
	at = r.at(at)
	if err != nil {
		return node{}, at.errorf("is no JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '[' {
			return r.list(at)
		}
		return r.mapping(at)
	case string:
		at.kind, at.text = kindScalar, token
	case json.Number:
		at.kind, at.text, at.typed = kindScalar, token.String(), true
	case bool:
		at.kind, at.text, at.typed = kindScalar, map[bool]string{true: "true", false: "false"}[token], true
	}
	return at, nil
}

func (r jsonReader) list(at node) (node, error) {
	at.kind = kindList
	for r.decoder.More() {
		item, err := r.value(node{name: at.name, path: at.element(len(at.items))})
		if err != nil {
			return node{}, err
		}
		at.items = append(at.items, item)
	}
	return r.closed(at)
}

func (r jsonReader) mapping(at node) (node, error) {
	at.kind = kindMapping
	for r.decoder.More() {
		key, err := r.decoder.Token()
		name, isText := key.(string)
		if err != nil || !isText {
			return node{}, r.at(at).errorf("is no JSON: a key is expected")
		}
		item, err := r.value(node{name: at.name, path: at.member(name)})
		if err != nil {
			return node{}, err
		}
		at.keys = append(at.keys, name)
		at.items = append(at.items, item)
	}
	return r.closed(at)
}

// closed reads the bracket that ends a list or mapping.
func (r jsonReader) closed(at node) (node, error) {
	if _, err := r.decoder.Token(); err != nil {
		return node{}, r.at(at).errorf("is no JSON: it is not closed")
	}
	return at, nil
}

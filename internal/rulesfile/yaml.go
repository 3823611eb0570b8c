package rulesfile

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// parseYAML reads a document into nodes. Anchors, aliases and tags are refused: rules need none,
// and a few aliases can stand for gigabytes.
func parseYAML(name string, text []byte) (node, error) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return node{}, syntaxError(name, err)
	}
	root := node{name: name, line: 1}
	var body ast.Node
	for _, document := range file.Docs {
		if document.Body == nil {
			continue
		}
		if body != nil {
			return node{}, root.errorf("the file holds several documents; keep one")
		}
		body = document.Body
	}
	if body == nil {
		return root, nil
	}
	return fromYAML(root, body)
}

var yamlPosition = regexp.MustCompile(`^\[(\d+):(\d+)\] `)

// syntaxError takes the line out of the library's message and leaves its drawing behind.
func syntaxError(name string, err error) error {
	message, _, _ := strings.Cut(err.Error(), "\n")
	at := node{name: name, line: 1}
	if found := yamlPosition.FindStringSubmatch(message); found != nil {
		at.line, _ = strconv.Atoi(found[1])
		message = message[len(found[0]):]
	}
	return at.errorf("%s", message)
}

// withArticle puts a or an before a word.
func withArticle(word string) string {
	if strings.ContainsAny(word[:min(1, len(word))], "aeiou") {
		return "an " + word
	}
	return "a " + word
}

// fromYAML turns a tree of the library into nodes; at gives name, path and a line to begin with.
func fromYAML(at node, value ast.Node) (node, error) {
	at.line = lineOf(value, at.line)
	switch value := value.(type) {
	case *ast.NullNode:
		return at, nil
	case *ast.MappingValueNode:
		return fromPairs(at, []*ast.MappingValueNode{value})
	case *ast.MappingNode:
		return fromPairs(at, value.Values)
	case *ast.SequenceNode:
		at.kind = kindList
		for i, item := range value.Values {
			child, err := fromYAML(node{name: at.name, path: at.element(i), line: at.line}, item)
			if err != nil {
				return node{}, err
			}
			at.items = append(at.items, child)
		}
		return at, nil
	default:
		text, single := scalarText(value)
		if !single {
			return node{}, at.errorf("holds %s, which is not used here", withArticle(strings.ToLower(value.Type().String())))
		}
		at.kind, at.text = kindScalar, text
		switch value.(type) {
		case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
			at.typed = true
		}
		return at, nil
	}
}

func fromPairs(at node, pairs []*ast.MappingValueNode) (node, error) {
	at.kind = kindMapping
	for i, pair := range pairs {
		key, single := keyText(pair.Key)
		if !single {
			return node{}, at.errorf("has a key that is no plain text")
		}
		line := lineOf(pair.Key, at.line)
		if i == 0 {
			at.line = line
		}
		child, err := fromYAML(node{name: at.name, path: at.member(key), line: line}, pair.Value)
		if err != nil {
			return node{}, err
		}
		if child.kind != kindScalar {
			child.line = line // the library places lists and mappings at their first separator
		}
		at.keys = append(at.keys, key)
		at.items = append(at.items, child)
	}
	return at, nil
}

// lineOf returns the line on which a value begins, or another where the library does not know.
func lineOf(value ast.Node, otherwise int) int {
	if token := value.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return otherwise
}

// keyText returns the text of a key. A bare null is the name of a list of drift rules.
func keyText(key ast.Node) (string, bool) {
	if _, isNull := key.(*ast.NullNode); isNull {
		return key.GetToken().Value, true
	}
	return scalarText(key)
}

// scalarText returns the text of a single value as it was written, without quotes, or false for
// anything else.
func scalarText(value ast.Node) (string, bool) {
	switch value := value.(type) {
	case *ast.StringNode:
		return value.Value, true
	case *ast.LiteralNode:
		return value.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return value.GetToken().Value, true
	default:
		return "", false
	}
}

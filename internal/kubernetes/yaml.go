package kubernetes

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// linePlace is how the library begins what it says: with line and column.
var linePlace = regexp.MustCompile(`^\[(\d+):\d+\] `)

// mostAliases bounds what aliases may stand for, in values: a few can stand for gigabytes.
const mostAliases = 100_000

// decode reads the documents of a file, JSON or YAML of any number of documents.
func decode(name string, text []byte) ([]document.Value, error) {
	if !utf8.Valid(text) {
		return nil, fault.New(fault.InvalidInput, "%s is no text in UTF-8; give manifests, as YAML or JSON", name)
	}
	if start := strings.TrimLeft(string(text[:min(len(text), 64)]), " \t\r\n"); strings.HasPrefix(start, "{") {
		value, err := document.Parse(text)
		if err == nil {
			return []document.Value{value}, nil
		}
		if strings.HasSuffix(name, ".json") {
			return nil, fault.Wrap(err, fault.InvalidInput, "%s is no JSON", name)
		}
	}
	var documents []document.Value
	for _, part := range split(string(text)) {
		read, err := decodeOne(name, part)
		if err != nil {
			return nil, err
		}
		documents = append(documents, read...)
	}
	return documents, nil
}

// split cuts a stream at the lines that separate documents, each behind as many empty lines as came
// before it, so that errors name the right line. The library loses what follows an empty document.
func split(text string) []string {
	var parts []string
	var part strings.Builder
	number := 0
	for line := range strings.Lines(text) {
		rest, separates := strings.CutPrefix(line, "---")
		if separates && strings.TrimLeft(rest, " \t\r\n") != rest || line == "---" {
			parts = append(parts, part.String())
			part.Reset()
			part.WriteString(strings.Repeat("\n", number))
			line = rest
		}
		part.WriteString(line)
		number++
	}
	return append(parts, part.String())
}

func decodeOne(name, text string) ([]document.Value, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		if place := linePlace.FindStringSubmatch(message); place != nil {
			return nil, fault.New(fault.InvalidInput, "%s, line %s: is no YAML: %s", name, place[1], message[len(place[0]):])
		}
		return nil, fault.New(fault.InvalidInput, "%s is no YAML: %s", name, message)
	}
	var documents []document.Value
	for _, part := range file.Docs {
		if part.Body == nil {
			continue
		}
		c := converter{name: name, anchors: map[string]document.Value{}}
		value, err := c.value(part.Body)
		if err != nil {
			return nil, err
		}
		documents = append(documents, value)
	}
	return documents, nil
}

// converter turns the library's tree into values, by the rules of YAML 1.2's core schema, as far as
// JSON can hold what they give.
type converter struct {
	name    string
	anchors map[string]document.Value
	aliased int
}

func (c *converter) errorf(at ast.Node, format string, arguments ...any) error {
	line := 0
	if token := at.GetToken(); token != nil && token.Position != nil {
		line = token.Position.Line
	}
	return fault.New(fault.InvalidInput, "%s, line %d: "+format, append([]any{c.name, line}, arguments...)...)
}

func (c *converter) value(at ast.Node) (document.Value, error) {
	switch at := at.(type) {
	case *ast.NullNode:
		return document.NullValue(), nil
	case *ast.BoolNode:
		return document.BoolValue(at.Value), nil
	case *ast.IntegerNode, *ast.FloatNode:
		return c.number(at)
	case *ast.StringNode:
		return document.TextValue(at.Value), nil
	case *ast.LiteralNode:
		return document.TextValue(at.Value.Value), nil
	case *ast.SequenceNode:
		return c.list(at)
	case *ast.MappingNode:
		return c.object(at.Values)
	case *ast.MappingValueNode:
		return c.object([]*ast.MappingValueNode{at})
	case *ast.TagNode:
		return c.value(at.Value)
	case *ast.AnchorNode:
		value, err := c.value(at.Value)
		c.anchors[at.Name.GetToken().Value] = value
		return value, err
	case *ast.AliasNode:
		return c.alias(at)
	default:
		return document.Value{}, c.errorf(at, "a manifest cannot hold %s", strings.ToLower(at.Type().String()))
	}
}

func (c *converter) alias(at *ast.AliasNode) (document.Value, error) {
	value, known := c.anchors[at.Value.GetToken().Value]
	if !known {
		return document.Value{}, c.errorf(at, "there is no anchor of the name that an alias gives")
	}
	if c.aliased += value.Leaves(); c.aliased > mostAliases {
		return document.Value{}, c.errorf(at, "the aliases stand for more than %d values", mostAliases)
	}
	return value, nil
}

// number keeps every digit where JSON has the same spelling, and writes the others, such as 0x1F and
// 1_000, as JSON does.
func (c *converter) number(at ast.Node) (document.Value, error) {
	text := at.GetToken().Value
	if value, err := document.NumberValue(strings.TrimPrefix(text, "+")); err == nil {
		return value, nil
	}
	if whole, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 0, 64); err == nil {
		return document.NumberValue(strconv.FormatInt(whole, 10))
	}
	if fraction, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64); err == nil {
		if value, err := document.NumberValue(strconv.FormatFloat(fraction, 'g', -1, 64)); err == nil {
			return value, nil
		}
	}
	return document.Value{}, c.errorf(at, "a number is spelt in a way that JSON cannot hold; write it in quotes or as a plain decimal")
}

func (c *converter) list(at *ast.SequenceNode) (document.Value, error) {
	elements := make([]document.Value, len(at.Values))
	for i, item := range at.Values {
		var err error
		if elements[i], err = c.value(item); err != nil {
			return document.Value{}, err
		}
	}
	return document.ArrayValue(elements...), nil
}

func (c *converter) object(pairs []*ast.MappingValueNode) (document.Value, error) {
	var merged, own []document.Member
	for _, pair := range pairs {
		value, err := c.value(pair.Value)
		if err != nil {
			return document.Value{}, err
		}
		if _, merge := pair.Key.(*ast.MergeKeyNode); merge {
			for key, member := range value.Members() {
				merged = append(merged, document.Member{Key: key, Value: member})
			}
			continue
		}
		key, err := c.value(pair.Key.(ast.Node))
		if err != nil {
			return document.Value{}, err
		}
		if !key.IsScalar() {
			return document.Value{}, c.errorf(pair, "a key is no plain text")
		}
		own = append(own, document.Member{Key: key.Text(), Value: value})
	}
	return document.ObjectValue(append(merged, own...)...), nil
}

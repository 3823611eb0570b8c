package rulesfile_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// TestNothingDeclaredChangesUnseen changes each declared leaf that AWS returns, one at a time, and looks
// for the change: rules that keep quiet about how AWS spells things must not keep quiet about things.
func TestNothingDeclaredChangesUnseen(t *testing.T) {
	detector := awsDetector(t)
	changed, unseen := 0, []string{}
	pairs := awsPairs(t)
	for _, pair := range awsCases(t) {
		pairs = append(pairs, pair)
	}
	for _, pair := range pairs {
		if len(pair.drifts) > 0 {
			continue
		}
		eachLeaf(pair.desired, nil, func(path configpath.Path, leaf document.Value) {
			if !returned(pair.actual, path, leaf) {
				return
			}
			for _, other := range others(t, leaf) {
				if beside(pair.desired, path, other) || beside(pair.actual, path, other) {
					continue // no other set, but the same or a shorter one
				}
				mutant := pair
				mutant.desired = with(pair.desired, path, other)
				changed++
				if len(mutant.drifted(t, detector)) == 0 {
					unseen = append(unseen, pair.subject.ResourceType+" "+path.String()+": "+leaf.String()+" for "+other.String())
				}
			}
		})
	}
	t.Logf("%d changes, %d unseen", changed, len(unseen))
	require.Greater(t, changed, 500)
	assert.Empty(t, unseen)
}

// beside reports whether the list that a path leads into has a value already.
func beside(config document.Value, path configpath.Path, value document.Value) bool {
	for _, element := range path[:len(path)-1].In(config).Elements() {
		if document.Equal(element, value) {
			return true
		}
	}
	return false
}

// eachLeaf visits the scalars of a configuration.
func eachLeaf(value document.Value, path configpath.Path, visit func(configpath.Path, document.Value)) {
	if value.IsScalar() {
		visit(path, value)
	}
	for key, member := range value.Members() {
		eachLeaf(member, path.With(configpath.Key(key)), visit)
	}
	for i, element := range value.Elements() {
		eachLeaf(element, path.With(configpath.Index(i)), visit)
	}
}

// returned reports whether the live configuration has a leaf at its place, whatever its position in lists.
func returned(live document.Value, path configpath.Path, leaf document.Value) bool {
	if len(path) == 0 {
		return semantic.Plain(leaf, live)
	}
	if key, isKey := path[0].Key(); isKey {
		return returned(live.Get(key), path[1:], leaf)
	}
	for _, element := range live.Elements() {
		if returned(element, path[1:], leaf) {
			return true
		}
	}
	return false
}

// others are values that a leaf may be mistaken for only by a rule that is too kind: a text with one
// character changed, the ARN of another resource, the opposite.
func others(t *testing.T, leaf document.Value) []document.Value {
	switch leaf.Kind() {
	case document.Bool:
		return []document.Value{document.BoolValue(!leaf.Bool())}
	case document.Number:
		number, err := document.NumberValue("7" + strings.TrimPrefix(leaf.Text(), "-"))
		require.NoError(t, err)
		return []document.Value{number}
	default:
		text := leaf.Text()
		list := []document.Value{document.TextValue("something else")}
		if at := strings.LastIndexAny(text, ":/"); at >= 0 && strings.HasPrefix(text, "arn:") {
			list = append(list, document.TextValue(text[:at+1]+"another"))
		}
		if last := strings.LastIndexFunc(text, isLetterOrDigit); last >= 0 {
			list = append(list, document.TextValue(text[:last]+nextCharacter(text[last])+text[last+1:]))
		}
		return list
	}
}

func isLetterOrDigit(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// nextCharacter is another of the same kind: 9 for 8, q for p.
func nextCharacter(c byte) string {
	switch c {
	case '9', 'z', 'Z':
		return string(c - 1)
	default:
		return string(c + 1)
	}
}

// with returns a configuration with another value at a path.
func with(config document.Value, path configpath.Path, value document.Value) document.Value {
	if len(path) == 0 {
		return value
	}
	if at, isIndex := path[0].Index(); isIndex {
		elements := make([]document.Value, config.Len())
		for i, element := range config.Elements() {
			if elements[i] = element; i == at {
				elements[i] = with(element, path[1:], value)
			}
		}
		return document.ArrayValue(elements...)
	}
	var members []document.Member
	name, _ := path[0].Key()
	for key, member := range config.Members() {
		if key == name {
			member = with(member, path[1:], value)
		}
		members = append(members, document.Member{Key: key, Value: member})
	}
	return document.ObjectValue(members...)
}

package configpath_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestPathsAreWrittenAsPeopleWriteThem(t *testing.T) {
	for want, path := range map[string]configpath.Path{
		"":                        nil,
		"network.subnets[0].cidr": {configpath.Key("network"), configpath.Key("subnets"), configpath.Index(0), configpath.Key("cidr")},
		`tags["a.b"]`:             {configpath.Key("tags"), configpath.Key("a.b")},
		`["aws:cdk"].x`:           {configpath.Key("aws:cdk"), configpath.Key("x")},
		`a["0"]`:                  {configpath.Key("a"), configpath.Key("0")},
		`a[""]["\"]"]`:            {configpath.Key("a"), configpath.Key(""), configpath.Key(`"]`)},
		"[2][0]":                  {configpath.Index(2), configpath.Index(0)},
	} {
		assert.Equal(t, want, path.String())
		back, err := configpath.Parse(want)
		require.NoError(t, err)
		assert.Equal(t, path, back, want)
	}
}

func TestAnyPathIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SliceOfN(rapid.OneOf(
			rapid.Map(rapid.String(), configpath.Key),
			rapid.Map(rapid.IntRange(0, 1000), configpath.Index),
		), 1, 6).Draw(t, "path")
		back, err := configpath.Parse(configpath.Path(path).String())
		require.NoError(t, err)
		require.Equal(t, configpath.Path(path), back)
	})
}

func TestPathsThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{".a", "a..b", "a.", "a[", "a[x]", "a[-1]", `a["x]`, `a["x"`, "a]", "[0]b", `a"b`} {
		_, err := configpath.Parse(text)
		assert.True(t, fault.Is(err, fault.InvalidInput), text)
	}
}

func TestPatterns(t *testing.T) {
	for _, test := range []struct {
		pattern, path string
		want          bool
	}{
		{"port", "port", true},
		{"port", "rule.port", false},
		{"*.port", "rule.port", true},
		{"*.port", "a.b.port", false},
		{"**.port", "a.b[3].port", true},
		{"**.port", "port", true},
		{"a.**.z", "a.z", true},
		{"a.**.z", "a.b[0].c.z", true},
		{"a.**.z", "b.a.z", false},
		{"a.**", "a", true},
		{"a.**", "a.b[1]", true},
		{"**", "", true},
		{"rules", "rules", true},
		{"rules", "rules[4]", true},
		{"rules.port", "rules[4].port", true},
		{"rules[*].port", "rules[4].port", true},
		{"rules[*].port", "rules.port", false},
		{"rules[4].port", "rules[4].port", true},
		{"rules[4].port", "rules[3].port", false},
		{"ingress_rules.*.cidr", "ingress_rules[1].cidr", true},
		{"ingress_rules.*.cidr", "ingress_rules.first.cidr", true},
		{`tags["a.*"]`, `tags["a.*"]`, true},
		{`tags["a.*"]`, `tags["a.b"]`, false},
		{"tags.aws:*", `tags["aws:cloudformation:stack"]`, true},
		{"*Arn", "RoleArn", true},
		{"*Arn", "Role", false},
		{"Kms?ey*Id", "KmsKeyId", true},
		{"a.*", "a", false},
		{"a.*.c", "a.b.c", true},
		{"a.b.c", "a.b", false},
	} {
		pattern, err := configpath.ParsePattern(test.pattern)
		require.NoError(t, err, test.pattern)
		path, err := configpath.Parse(test.path)
		require.NoError(t, err, test.path)
		assert.Equal(t, test.want, pattern.Match(path), "%s on %s", test.pattern, test.path)
	}
	for _, text := range []string{"", "a..b", "a[x]", "a["} {
		_, err := configpath.ParsePattern(text)
		assert.True(t, fault.Is(err, fault.InvalidInput), text)
	}
}

func TestManyPatternsMatchAsEachAlone(t *testing.T) {
	segments := []string{"a", "b", "*", "**", "[*]", "[1]", "a*", "ab"}
	rapid.Check(t, func(t *rapid.T) {
		var patterns []configpath.Pattern
		for range rapid.IntRange(1, 6).Draw(t, "patterns") {
			text := ""
			for i, part := range rapid.SliceOfN(rapid.SampledFrom(segments), 1, 4).Draw(t, "parts") {
				if i > 0 && part[0] != '[' {
					text += "."
				}
				text += part
			}
			pattern, err := configpath.ParsePattern(text)
			require.NoError(t, err)
			patterns = append(patterns, pattern)
		}
		path := configpath.Path(rapid.SliceOfN(rapid.OneOf(
			rapid.Map(rapid.SampledFrom([]string{"a", "b", "ab", "c"}), configpath.Key),
			rapid.Map(rapid.IntRange(0, 2), configpath.Index),
		), 0, 5).Draw(t, "path"))
		numbers := make([]int, len(patterns))
		for i := range numbers {
			numbers[i] = i
		}
		first := rapid.IntRange(0, len(patterns)).Draw(t, "patterns of the first trie")
		matcher := configpath.NewMatcher(
			configpath.NewTrie(patterns[:first], numbers[:first]), configpath.NewTrie(patterns[first:], numbers[first:]))
		state := matcher.Start()
		for _, segment := range path {
			state = matcher.Next(state, segment)
		}
		hits := map[int]bool{}
		require.True(t, slices.IsSortedFunc(state.Hits(), func(a, b configpath.Hit) int { return a.Pattern - b.Pattern }))
		for _, hit := range state.Hits() {
			hits[hit.Pattern] = true
		}
		for i, pattern := range patterns {
			require.Equal(t, pattern.Match(path), hits[i], "%s on %s", pattern, path)
			require.Equal(t, hits[i] || pattern.Beneath().Match(path), pattern.Beneath().Match(path))
		}
	})
}

func TestPathFindsItsValue(t *testing.T) {
	value, err := document.ParseString(`{"a":[{"b":1}]}`)
	require.NoError(t, err)
	for text, want := range map[string]string{"a[0].b": "1", "a[1]": "missing", "a.b": "missing", "": `{"a":[{"b":1}]}`} {
		path, err := configpath.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, want, path.In(value).String(), text)
	}
}

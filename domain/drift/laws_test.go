package drift_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// everythingUnordered makes every list a multiset.
func everythingUnordered(t require.TestingT) *drift.Detector {
	return detector(t, drift.WithRules(drift.Rules{Collections: []drift.CollectionRule{{Scope: at("**"), As: drift.Multiset}}}))
}

// anyValue generates JSON of a depth.
func anyValue(depth int) *rapid.Generator[document.Value] {
	scalars := []*rapid.Generator[document.Value]{
		rapid.Map(rapid.IntRange(-3, 99), func(n int) document.Value { v, _ := document.NumberValue(fmt.Sprint(n)); return v }),
		rapid.Map(rapid.StringMatching(`[a-c]{0,3}|[0-9]{1,3}|true`), document.TextValue),
		rapid.Map(rapid.Bool(), document.BoolValue),
		rapid.Just(document.NullValue()),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	list := rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 4), func(items []document.Value) document.Value { return document.ArrayValue(items...) })
	object := rapid.Map(rapid.MapOfN(rapid.StringMatching(`[a-d]|x\.y`), anyValue(depth-1), 0, 4), func(members map[string]document.Value) document.Value {
		var list []document.Member
		for key, value := range members {
			list = append(list, document.Member{Key: key, Value: value})
		}
		return document.ObjectValue(list...)
	})
	return rapid.OneOf(append(scalars, list, object)...)
}

func compare(t require.TestingT, d *drift.Detector, desired, actual document.Value) []drift.Change {
	finding, err := d.Compare(drift.Subject{}, document.ObjectValue(document.Member{Key: "v", Value: desired}), document.ObjectValue(document.Member{Key: "v", Value: actual}))
	require.NoError(t, err)
	return finding.Changes
}

func TestLawsOfEquality(t *testing.T) {
	ordered, unordered := detector(t), everythingUnordered(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyValue(3).Draw(t, "a"), anyValue(3).Draw(t, "b")
		for _, d := range []*drift.Detector{ordered, unordered} {
			require.Empty(t, compare(t, d, a, a), "a value equals itself")
			require.Equal(t, len(compare(t, d, a, b)) == 0, len(compare(t, d, b, a)) == 0, "equality is symmetric")
			require.Empty(t, compare(t, d, a, respelt(t, a)), "spelling does not count")
		}
		require.Empty(t, compare(t, unordered, a, shuffled(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), a)), "order does not count")
		for _, d := range []*drift.Detector{ordered, unordered} {
			differs, err := d.Differs(drift.Subject{}, a, b)
			require.NoError(t, err)
			finding, err := d.Compare(drift.Subject{}, a, b)
			require.NoError(t, err)
			require.Equal(t, len(finding.Changes) > 0, differs, "a glance sees what a comparison finds")
		}
		for _, change := range compare(t, ordered, a, b) {
			require.False(t, document.Equal(change.Desired, change.Actual))
			inDesired := change.Path[1:].In(a)
			require.True(t, document.Equal(change.Desired, inDesired) || change.Type == drift.KeyAdded, "a path leads to the desired value")
		}
	})
}

// respelt writes numbers and booleans as texts, and numbers in another way.
func respelt(t *rapid.T, value document.Value) document.Value {
	return rebuilt(value, func(leaf document.Value) document.Value {
		switch leaf.Kind() {
		case document.Bool:
			return document.TextValue(leaf.Text())
		case document.Number:
			if rapid.Bool().Draw(t, "as text") {
				return document.TextValue(leaf.Text())
			}
			number, err := document.NumberValue(leaf.Text() + ".00e0")
			require.NoError(t, err)
			return number
		default:
			return leaf
		}
	}, nil)
}

// shuffled brings every list of a value into another order.
func shuffled(random *rand.Rand, value document.Value) document.Value {
	return rebuilt(value, func(leaf document.Value) document.Value { return leaf }, func(items []document.Value) {
		random.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	})
}

func rebuilt(value document.Value, leaf func(document.Value) document.Value, list func([]document.Value)) document.Value {
	switch value.Kind() {
	case document.Array:
		items := make([]document.Value, value.Len())
		for i, item := range value.Elements() {
			items[i] = rebuilt(item, leaf, list)
		}
		if list != nil {
			list(items)
		}
		return document.ArrayValue(items...)
	case document.Object:
		var members []document.Member
		for key, member := range value.Members() {
			members = append(members, document.Member{Key: key, Value: rebuilt(member, leaf, list)})
		}
		return document.ObjectValue(members...)
	default:
		return leaf(value)
	}
}

// TestPairsAreAsGoodAsTryingEverything compares the number of differing leaves with that of the best
// of all ways to pair the elements.
func TestPairsAreAsGoodAsTryingEverything(t *testing.T) {
	d := everythingUnordered(t)
	rapid.Check(t, func(t *rapid.T) {
		element := rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 2), 4, 4), func(f []int) document.Value {
			return doc(t, fmt.Sprintf(`{"a":%d,"b":%d,"c":%d,"d":%d}`, f[0], f[1], f[2], f[3]))
		})
		desired := rapid.SliceOfN(element, 0, 8).Draw(t, "desired")
		actual := rapid.SliceOfN(element, 0, 8).Draw(t, "actual")
		found := 0
		for _, change := range compare(t, d, document.ArrayValue(desired...), document.ArrayValue(actual...)) {
			found += max(change.Desired.Leaves(), change.Actual.Leaves())
		}
		require.Equal(t, best(desired, actual, 0, map[string]int{}), found)
	})
}

// best is the least number of differing leaves over all pairings of what is left; used is a set of
// elements of actual.
func best(desired, actual []document.Value, used uint, known map[string]int) int {
	if len(desired) == 0 {
		alone := 0
		for j := range actual {
			if used&(1<<j) == 0 {
				alone += 4
			}
		}
		return alone
	}
	key := fmt.Sprint(len(desired), used)
	if cost, ok := known[key]; ok {
		return cost
	}
	least := 4 + best(desired[1:], actual, used, known)
	for j := range actual {
		if used&(1<<j) == 0 {
			differing := 0
			for i := range 4 {
				if !document.Equal(desired[0].At(i), actual[j].At(i)) {
					differing++
				}
			}
			least = min(least, differing+best(desired[1:], actual, used|1<<j, known))
		}
	}
	known[key] = least
	return least
}

// TestManyGeneratedDocuments finds no drift where nothing but order and spelling differs, and exactly one
// record at its path where one leaf does.
func TestManyGeneratedDocuments(t *testing.T) {
	const documents = 10_000
	d := everythingUnordered(t)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range documents {
		desired := groupOf(random, n)
		same := shuffled(random, rebuilt(desired, func(leaf document.Value) document.Value {
			if leaf.Kind() == document.Number && random.IntN(2) == 0 {
				return document.TextValue(leaf.Text())
			}
			return leaf
		}, nil))
		require.Empty(t, compare(t, d, desired, same), "document %d", n)

		path, changed := mutated(random, desired)
		found := compare(t, d, desired, shuffled(random, changed))
		require.Len(t, found, 1, "document %d, changed at %s", n, path)
		require.Equal(t, "v."+path.String(), found[0].Path.String(), "document %d", n)
		require.Equal(t, `"changed"`, found[0].Actual.String())
	}
}

// groupOf makes a security group with rules that differ from each other in more than one leaf.
func groupOf(random *rand.Rand, n int) document.Value {
	var rules []string
	for i := range 1 + random.IntN(12) {
		rules = append(rules, fmt.Sprintf(`{"port":%d,"cidr":"10.%d.%d.0/24","protocol":"tcp","tags":["t%d","u%d"],"note":{"id":"n%d"}}`,
			1000+i, i, random.IntN(256), i, random.IntN(9)+100*i, i))
	}
	return mustParse(fmt.Sprintf(`{"name":"group-%d","vpc":{"id":"vpc-%d","zones":["a","b"]},"enabled":%t,"rules":[%s]}`, n, n, n%2 == 0, strings.Join(rules, ",")))
}

func mustParse(text string) document.Value {
	value, err := document.ParseString(text)
	if err != nil {
		panic(err)
	}
	return value
}

// mutated changes one leaf and returns where.
func mutated(random *rand.Rand, value document.Value) (configpath.Path, document.Value) {
	target, seen := random.IntN(value.Leaves()), -1
	var where configpath.Path
	var visit func(path configpath.Path, value document.Value) document.Value
	visit = func(path configpath.Path, value document.Value) document.Value {
		if value.Len() == 0 {
			if seen++; seen == target {
				where = path
				return document.TextValue("changed")
			}
			return value
		}
		if value.Kind() == document.Array {
			items := make([]document.Value, value.Len())
			for i, item := range value.Elements() {
				items[i] = visit(path.With(configpath.Index(i)), item)
			}
			return document.ArrayValue(items...)
		}
		var members []document.Member
		for key, member := range value.Members() {
			members = append(members, document.Member{Key: key, Value: visit(path.With(configpath.Key(key)), member)})
		}
		return document.ObjectValue(members...)
	}
	changed := visit(nil, value)
	return where, changed
}

func TestListsBeyondTheLimitArePairedNearOptimallyAndSaySo(t *testing.T) {
	d := everythingUnordered(t)
	var desired, actual []document.Value
	for i := range 5000 {
		desired = append(desired, doc(t, fmt.Sprintf(`{"port":%d,"cidr":"10.0.%d.%d/32","kind":"a"}`, i, i/256, i%256)))
		actual = append(actual, doc(t, fmt.Sprintf(`{"port":%d,"cidr":"10.0.%d.%d/32","kind":"b"}`, i, i/256, i%256)))
	}
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(actual), func(i, j int) { actual[i], actual[j] = actual[j], actual[i] })
	finding, err := d.Compare(drift.Subject{}, document.ArrayValue(desired...), document.ArrayValue(actual...))
	require.NoError(t, err)
	assert.Len(t, finding.Changes, 5000, "each element differs in one leaf")
	assert.Equal(t, []configpath.Path{nil}, finding.Approximate)
}

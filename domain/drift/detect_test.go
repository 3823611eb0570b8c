package drift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

func doc(t require.TestingT, text string) document.Value {
	value, err := document.ParseString(text)
	require.NoError(t, err)
	return value
}

// changes compares two documents and writes each change as "type path: desired → actual".
func changes(t require.TestingT, detector *drift.Detector, desired, actual string) []string {
	finding, err := detector.Compare(drift.Subject{ResourceID: "r", ResourceType: "vm"}, doc(t, desired), doc(t, actual))
	require.NoError(t, err)
	list := []string{}
	for _, change := range finding.Changes {
		list = append(list, string(change.Type)+" "+change.Path.String()+": "+change.Desired.String()+" → "+change.Actual.String())
	}
	return list
}

func detector(t require.TestingT, options ...drift.Option) *drift.Detector {
	made, err := drift.NewDetector(append([]drift.Option{drift.WithMode(drift.Exact)}, options...)...)
	require.NoError(t, err)
	return made
}

func at(path string) drift.Scope { return drift.Scope{Path: path} }

func TestPlainComparison(t *testing.T) {
	for name, test := range map[string]struct {
		desired, actual string
		want            []string
	}{
		"equal documents have no drift":             {`{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1}`, nil},
		"a number in a text is the number":          {`{"port":"8080"}`, `{"port":8080}`, nil},
		"a boolean in a text is the boolean":        {`{"on":"true","off":false}`, `{"on":true,"off":"false"}`, nil},
		"only the canonical spelling is":            {`{"a":"007","b":"1.10","c":"True","d":"1e3"}`, `{"a":7,"b":1.1,"c":true,"d":1000}`, []string{`type_mismatch a: "007" → 7`, `type_mismatch b: "1.10" → 1.1`, `type_mismatch c: "True" → true`, `type_mismatch d: "1e3" → 1000`}},
		"a boolean is no number":                    {`{"a":true}`, `{"a":1}`, []string{"type_mismatch a: true → 1"}},
		"numbers are exact beyond 2^53":             {`{"n":9007199254740993}`, `{"n":9007199254740992}`, []string{"value_changed n: 9007199254740993 → 9007199254740992"}},
		"numbers are compared by value":             {`{"a":1.0,"b":1e3}`, `{"a":1,"b":1000}`, nil},
		"a nested change has its full path":         {`{"network":{"subnets":[{"cidr":"10.0.0.0/24"}]}}`, `{"network":{"subnets":[{"cidr":"10.0.1.0/24"}]}}`, []string{`value_changed network.subnets[0].cidr: "10.0.0.0/24" → "10.0.1.0/24"`}},
		"null against missing is a key":             {`{"a":null}`, `{"b":null}`, []string{"key_removed a: null → missing", "key_added b: missing → null"}},
		"null against a value is a change":          {`{"a":null,"b":1}`, `{"a":"","b":null}`, []string{`value_changed a: null → ""`, "value_changed b: 1 → null"}},
		"empty values are not missing":              {`{"a":[],"b":{},"c":""}`, `{}`, []string{"key_removed a: [] → missing", "key_removed b: {} → missing", `key_removed c: "" → missing`}},
		"an object against a text":                  {`{"a":{"b":1}}`, `{"a":"x"}`, []string{`type_mismatch a: {"b":1} → "x"`}},
		"an element put into a list":                {`{"l":["a","b","c"]}`, `{"l":["a","x","b","c"]}`, []string{`key_added l[1]: missing → "x"`}},
		"an element taken out of a list":            {`{"l":["a","b","c"]}`, `{"l":["b","c"]}`, []string{`key_removed l[0]: "a" → missing`}},
		"the order of a list counts":                {`{"l":["a","b"]}`, `{"l":["b","a"]}`, []string{`value_changed l[0]: "a" → "b"`, `value_changed l[1]: "b" → "a"`}},
		"a key that is no plain name is quoted":     {`{"tags":{"a.b":"1"}}`, `{"tags":{"a.b":"2"}}`, []string{`value_changed tags["a.b"]: "1" → "2"`}},
		"a resource that is not there":              {`{"a":1}`, `null`, []string{`resource_missing : {"a":1} → missing`}},
		"a resource that nobody declared":           {`null`, `{"a":1}`, []string{`resource_extra : missing → {"a":1}`}},
		"an added subtree is one record at its top": {`{}`, `{"a":{"b":[1,2]}}`, []string{`key_added a: missing → {"b":[1,2]}`}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, append([]string{}, test.want...), changes(t, detector(t), test.desired, test.actual))
		})
	}
}

func TestUnorderedCollections(t *testing.T) {
	as := func(kind drift.Collection, keys ...string) drift.Option {
		return drift.WithRules(drift.Rules{Collections: []drift.CollectionRule{{Scope: at("l"), As: kind, Keys: keys}}})
	}
	for name, test := range map[string]struct {
		kind            drift.Collection
		keys            []string
		desired, actual string
		want            []string
	}{
		"a set has no order":                      {drift.Set, nil, `[1,2,3]`, `[3,1,2]`, nil},
		"a set has no repetition in meaning":      {drift.Set, nil, `["80",80,true]`, `[80,"true"]`, nil},
		"nor where something else changed":        {drift.Set, nil, `[80,"80",1,2]`, `[80,1,3]`, []string{"value_changed l[3]: 2 → 3"}},
		"a set has no repetition":                 {drift.Set, nil, `[1,1,2]`, `[2,1]`, nil},
		"a multiset counts":                       {drift.Multiset, nil, `[1,1,2]`, `[2,1]`, []string{"key_removed l[1]: 1 → missing"}},
		"one changed element is one record":       {drift.Set, nil, `[{"p":1,"c":"a"},{"p":2,"c":"b"}]`, `[{"p":2,"c":"x"},{"p":1,"c":"a"}]`, []string{`value_changed l[1].c: "b" → "x"`}},
		"pairs are those that differ least":       {drift.Set, nil, `[{"a":1,"b":1,"c":1},{"a":2,"b":2,"c":2}]`, `[{"a":2,"b":2,"c":1},{"a":1,"b":1,"c":2}]`, []string{"value_changed l[0].c: 1 → 2", "value_changed l[1].c: 2 → 1"}},
		"an added one has its position in actual": {drift.Set, nil, `[1]`, `[2,1]`, []string{"key_added l[0]: missing → 2"}},
		"texts of numbers are numbers in a set":   {drift.Set, nil, `["80","443"]`, `[443,80]`, nil},
		"keys tell elements apart":                {drift.Keyed, []string{"k"}, `[{"k":"a","v":1},{"k":"b","v":2}]`, `[{"k":"b","v":1},{"k":"c","v":2}]`, []string{`key_removed l[0]: {"k":"a","v":1} → missing`, "value_changed l[1].v: 2 → 1", `key_added l[1]: missing → {"k":"c","v":2}`}},
	} {
		t.Run(name, func(t *testing.T) {
			d := detector(t, as(test.kind, test.keys...))
			assert.Equal(t, append([]string{}, test.want...), changes(t, d, `{"l":`+test.desired+`}`, `{"l":`+test.actual+`}`))
		})
	}
}

func TestDeclaredModeIsSilentAboutWhatNobodyDeclared(t *testing.T) {
	d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{
		Watch:    []drift.WatchRule{{Scope: at("public"), Unless: []document.Value{document.BoolValue(false)}}, {Scope: at("tags.*")}},
		Ignore:   []drift.IgnoreRule{{Scope: at("tags.aws:*")}},
		Defaults: []drift.DefaultRule{{at("class"), document.TextValue("standard")}, {at("tier"), document.TextValue("basic")}},
	}))
	assert.Empty(t, changes(t, d, `{"a":1,"class":"standard"}`, `{"a":1,"id":"x","public":false,"tier":"basic"}`))
	assert.Equal(t, []string{"key_added public: missing → true"}, changes(t, d, `{}`, `{"public":true}`))
	assert.Equal(t, []string{`key_added tags.owner: missing → "eve"`}, changes(t, d, `{"tags":{"a":"b"}}`, `{"tags":{"a":"b","owner":"eve","aws:stack":"s"}}`))
	assert.Equal(t, []string{`key_removed class: "fast" → missing`}, changes(t, d, `{"class":"fast"}`, `{}`))
}

func values(t require.TestingT, texts ...string) []document.Value {
	list := make([]document.Value, len(texts))
	for i, text := range texts {
		list[i] = doc(t, text)
	}
	return list
}

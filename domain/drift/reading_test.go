package drift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
)

// TestWhatWasNotRead compares by schemas that say what only the provider sets, and what is settled when a
// resource is made.
func TestWhatWasNotRead(t *testing.T) {
	d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{
		Collections: []drift.CollectionRule{{Scope: at("**"), As: drift.Set}},
		Severity:    []drift.SeverityRule{{Scope: at("groups"), Severity: drift.Security}},
	}))
	for name, test := range map[string]struct {
		schema, desired, actual string
		want                    []string
	}{
		"a property is gone from what was read whole":         {`{"readOnlyPaths":["id"]}`, `{"mode":"a"}`, `{"id":"x"}`, []string{"mode"}},
		"or was not read where the provider's own is absent":  {`{"readOnlyPaths":["id","url"]}`, `{"mode":"a"}`, `{"size":1}`, nil},
		"but what is returned is returned whole":              {`{"readOnlyPaths":["id"]}`, `{"net":{"a":1,"b":2}}`, `{"net":{"a":1}}`, []string{"net.b"}},
		"and what touches security is looked at":              {`{"readOnlyPaths":["id"]}`, `{"groups":["a"]}`, `{}`, []string{"groups"}},
		"nothing is known by what may be absent":              {`{"readOnlyPaths":["rules.*.id"]}`, `{"mode":"a"}`, `{}`, []string{"mode"}},
		"nor without a schema":                                {`{}`, `{"mode":"a"}`, `{}`, []string{"mode"}},
		"a list that is fixed was completed when it was made": {`{"createOnlyPaths":["names"]}`, `{"names":["a"]}`, `{"names":["b","a"]}`, nil},
		"its elements are what they were declared":            {`{"createOnlyPaths":["nets"]}`, `{"nets":[{"id":1,"in":["a"]}]}`, `{"nets":[{"id":1,"in":["a","b"]}]}`, []string{"nets[0].in[1]"}},
		"a fixed list that touches security is looked at":     {`{"createOnlyPaths":["groups"]}`, `{"groups":["a"]}`, `{"groups":["a","b"]}`, []string{"groups[1]"}},
		"a list that may change is looked at":                 {`{}`, `{"names":["a"]}`, `{"names":["a","b"]}`, []string{"names[1]"}},
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := drift.ParseSchema(doc(t, test.schema))
			require.NoError(t, err)
			subject := drift.Subject{Schema: schema}
			finding, err := d.Compare(subject, doc(t, test.desired), doc(t, test.actual))
			require.NoError(t, err)
			var paths []string
			for _, change := range finding.Changes {
				paths = append(paths, change.Path.String())
			}
			assert.Equal(t, test.want, paths)
			differs, err := d.Differs(subject, doc(t, test.desired), doc(t, test.actual))
			require.NoError(t, err)
			assert.Equal(t, len(test.want) > 0, differs)
		})
	}
}

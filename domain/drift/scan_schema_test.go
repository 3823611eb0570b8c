package drift_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func TestScansFollowTheSchemaOfAResource(t *testing.T) {
	detector, err := drift.NewDetector(drift.WithRedactor(secrecy.Redactor{}))
	require.NoError(t, err)
	resource := func(desired, actual, schema string) infra.Resource {
		r := infra.Resource{ID: "r", Type: "t", Desired: json.RawMessage(desired), Actual: json.RawMessage(actual)}
		if schema != "" {
			r.Schema = json.RawMessage(schema)
		}
		return r
	}
	for name, testCase := range map[string]struct{ desired, actual, schema string }{
		"what only the provider sets":         {`{"arn":"a"}`, `{"arn":"b"}`, `{"readOnlyPaths":["arn"]}`},
		"what the provider never gives back":  {`{"seed":"s"}`, `{}`, `{"writeOnlyPaths":["/properties/seed"]}`},
		"what the provider fills in":          {`{"size":8}`, `{}`, `{"defaults":{"size":8}}`},
		"the order of a list that has none":   {`{"zones":["a","b"]}`, `{"zones":["b","a"]}`, `{"unorderedScalarPaths":["zones"]}`},
		"a whole schema of a provider's type": {`{"Arn":"a"}`, `{"Arn":"b"}`, `{"typeName":"t","properties":{"Arn":{"type":"string"}},"readOnlyProperties":["/properties/Arn"]}`},
	} {
		t.Run(name+" is drift only without a schema", func(t *testing.T) {
			found, err := detector.ScanResource(resource(testCase.desired, testCase.actual, ""))
			require.NoError(t, err)
			require.NotEmpty(t, found)
			for range 2 {
				found, err = detector.ScanResource(resource(testCase.desired, testCase.actual, testCase.schema))
				require.NoError(t, err)
				require.Empty(t, found)
			}
		})
	}
	t.Run("a default that is live no longer is drift", func(t *testing.T) {
		found, err := detector.ScanResource(resource(`{}`, `{"size":16}`, `{"defaults":{"size":8}}`))
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, drift.KeyAdded, found[0].Type)
	})
	t.Run("a write-only value that reads otherwise is never mended by itself", func(t *testing.T) {
		found, err := detector.ScanResource(resource(`{"seed":"s"}`, `{"seed":"****"}`, `{"writeOnlyPaths":["seed"]}`))
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.False(t, found[0].AutoRemediable)
	})
	t.Run("what a schema calls sensitive is hidden, and never mended by itself", func(t *testing.T) {
		found, err := detector.ScanResource(resource(`{"note":"correct horse"}`, `{"note":"battery staple"}`, `{"sensitivePaths":["note"]}`))
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.NotContains(t, string(found[0].DesiredValue)+string(found[0].ActualValue), "horse")
		require.False(t, found[0].AutoRemediable)
	})
	t.Run("one that is not understood is an error that names the resource", func(t *testing.T) {
		_, err := detector.ScanResource(resource(`{"a":1}`, `{"a":2}`, `{"readOnlyPaths":"a"}`))
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.ErrorContains(t, err, "the schema of resource r is not understood")
	})
	t.Run("schemas that are written alike are one", func(t *testing.T) {
		one, err := detector.Subject(resource(`{}`, `{}`, `{"readOnlyPaths":["x"]}`))
		require.NoError(t, err)
		other, err := detector.Subject(resource(`{"a":1}`, `{}`, `{"readOnlyPaths":["x"]}`))
		require.NoError(t, err)
		require.Same(t, one.Schema, other.Schema)
	})
	t.Run("and there is a bound to how many are remembered", func(t *testing.T) {
		for i := range 5000 {
			_, err := detector.Subject(resource(`{}`, `{}`, fmt.Sprintf(`{"readOnlyPaths":["x%d"]}`, i)))
			require.NoError(t, err)
		}
	})
}

func TestListsThatArePairedNearOptimallyAreNotMendedByThemselves(t *testing.T) {
	detector, err := drift.NewDetector(drift.WithRules(drift.Rules{Collections: []drift.CollectionRule{{Scope: drift.Scope{Path: "l"}, As: drift.Multiset}}}))
	require.NoError(t, err)
	list := func(elements, from int) string {
		var all []map[string]int
		for i := range elements {
			all = append(all, map[string]int{"a": i, "b": i + from})
		}
		text, err := json.Marshal(map[string]any{"l": all, "x": from})
		require.NoError(t, err)
		return string(text)
	}
	for elements, mended := range map[int]bool{4: true, 140: false} {
		found, err := detector.ScanResource(infra.Resource{ID: "r", Type: "t", Desired: json.RawMessage(list(elements, 1)), Actual: json.RawMessage(list(elements, 2))})
		require.NoError(t, err)
		require.Greater(t, len(found), elements)
		for _, record := range found {
			require.Equal(t, mended || record.ConfigPath == "x", record.AutoRemediable, "%d elements, %s", elements, record.ConfigPath)
		}
	}
}

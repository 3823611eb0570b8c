package terraform_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/terraform"
)

func replaceAll(text string, pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(text)
}

func plan(entries string) []byte {
	return []byte(`{"format_version":"1.2","terraform_version":"1.5.7","planned_values":{},"resource_drift":[` + entries + `]}`)
}

func TestWhatHappenedToAResource(t *testing.T) {
	for name, testCase := range map[string]struct {
		change string
		want   []drift.ChangeType
	}{
		"updated": {`{"actions":["update"],"before":{"a":1},"after":{"a":2}}`, []drift.ChangeType{drift.ValueChanged}},
		"deleted": {`{"actions":["delete"],"before":{"a":1},"after":null}`, []drift.ChangeType{drift.ResourceMissing}},
		"same":    {`{"actions":["no-op"],"before":{"a":1},"after":{"a":1}}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			secrets := &secrecy.Secrets{}
			pairs, err := terraform.ReadDrift("p", plan(`{"address":"module.m.x.y[0]","mode":"managed","type":"x","change":`+testCase.change+`}`), secrets)
			require.NoError(t, err)
			require.Len(t, pairs, 1)
			assert.Equal(t, "module.m.x.y[0]", pairs[0].Subject.ResourceID)
			var got []drift.ChangeType
			for _, record := range records(t, pairs[0], secrets) {
				got = append(got, record.Type)
			}
			assert.Equal(t, testCase.want, got)
		})
	}
}

func TestMarksHideValuesWhateverTheyAreCalled(t *testing.T) {
	for name, testCase := range map[string]string{
		"a leaf":               `{"before":{"x":"plain-old"},"after":{"x":"plain-new"},"before_sensitive":{"x":true},"after_sensitive":{"x":true}}`,
		"one side only":        `{"before":{"x":"plain-old"},"after":{"x":"plain-new"},"before_sensitive":{"x":true},"after_sensitive":{"x":true}}`,
		"within a list":        `{"before":{"l":[{"x":"plain-old"}]},"after":{"l":[{"x":"plain-new"}]},"before_sensitive":{"l":[{"x":true}]},"after_sensitive":{"l":[{"x":true}]}}`,
		"a whole object":       `{"before":{"o":{"x":"plain-old"}},"after":{"o":{"x":"plain-new"}},"before_sensitive":{"o":true},"after_sensitive":{"o":true}}`,
		"everything":           `{"before":{"x":"plain-old"},"after":{"x":"plain-new"},"before_sensitive":true,"after_sensitive":true}`,
		"again, where unasked": `{"before":{"x":"plain-old","y":""},"after":{"x":"plain-old","y":"see plain-old, plain-new"},"before_sensitive":{"x":true},"after_sensitive":{"x":true,"y":false}}`,
	} {
		t.Run(name, func(t *testing.T) {
			secrets := &secrecy.Secrets{}
			pairs, err := terraform.ReadDrift("p", plan(`{"address":"x.y","type":"x","change":`+testCase+`}`), secrets)
			require.NoError(t, err)
			found := records(t, pairs[0], secrets)
			require.NotEmpty(t, found)
			for _, record := range found {
				assert.NotContains(t, string(record.DesiredValue)+string(record.ActualValue), "plain-old")
			}
		})
	}
}

func TestSensitiveVariablesAndOutputsAreHidden(t *testing.T) {
	text := `{"format_version":"1.2","planned_values":{"outputs":{"o":{"sensitive":true,"value":"output-value"}}},
		"variables":{"v":{"value":"variable-value"}},"configuration":{"root_module":{"variables":{"v":{"sensitive":true}}}},
		"resource_drift":[{"address":"x.y","type":"x","change":{"before":{"a":""},"after":{"a":"variable-value output-value"}}}]}`
	secrets := &secrecy.Secrets{}
	pairs, err := terraform.ReadDrift("p", []byte(text), secrets)
	require.NoError(t, err)
	assert.Equal(t, `"[hidden #1] [hidden #2]"`, string(records(t, pairs[0], secrets)[0].ActualValue))
}

func TestDataSourcesDoNotDrift(t *testing.T) {
	pairs, err := terraform.ReadDrift("p", plan(`{"address":"data.x.y","mode":"data","type":"x","change":{"before":{"a":1},"after":{"a":2}}}`), &secrecy.Secrets{})
	require.NoError(t, err)
	assert.Empty(t, pairs)
}

func TestWhatIsNoPlanIsRefused(t *testing.T) {
	for name, testCase := range map[string]struct{ text, want string }{
		"nothing":             {"", "p is empty"},
		"a plan in binary":    {"PK\x03\x04", "own format"},
		"no JSON":             {"{", "p is no JSON"},
		"a list":              {"[]", "is a list"},
		"no version":          {"{}", "format_version"},
		"a version to come":   {`{"format_version":"2.0"}`, "format_version"},
		"a state":             {`{"format_version":"1.0","values":{}}`, "p is no plan"},
		"drift of no address": {string(plan(`{"type":"x","change":{}}`)), "resource_drift[0] has no address"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := terraform.ReadDrift("p", []byte(testCase.text), &secrecy.Secrets{})
			require.ErrorContains(t, err, testCase.want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestIdsAreMadeOfAddresses(t *testing.T) {
	state := `{"version":4,"terraform_version":"1.5.7","resources":[
		{"mode":"managed","type":"a","name":"n","module":"module.m[\"x y\"]","instances":[{"index_key":"k","attributes":{}},{"index_key":2,"attributes":{},"dependencies":["a.n","data.b.c"]},{"deposed":"1","attributes":{}}]},
		{"mode":"managed","type":"a","name":"n","instances":[{"index_key":0,"attributes":{}},{"index_key":1,"attributes":{}}]},
		{"mode":"data","type":"b","name":"c","instances":[{"attributes":{}}]}]}`
	resources, err := terraform.ReadResources("s", []byte(state))
	require.NoError(t, err)
	var ids []string
	for _, resource := range resources {
		require.NoError(t, resource.Check())
		ids = append(ids, resource.ID)
	}
	assert.Len(t, ids, 4)
	assert.Equal(t, []string{"a.n.0", "a.n.1"}, ids[:2])
	assert.Regexp(t, `^module\.m\.x-y\.a\.n\.2-[0-9a-f]{8}$`, ids[2])
	assert.Equal(t, []string{"a.n.0", "a.n.1"}, resources[2].DependsOn)
}

func TestMarksStayWithImportedResources(t *testing.T) {
	shown := func(marks string) string {
		return `{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"x.y","type":"x","values":{},"sensitive_values":` + marks + `}]}}}`
	}
	instance := func(attributes string) string {
		return `{"version":4,"terraform_version":"1.5.7","resources":[{"mode":"managed","type":"x","name":"y","instances":[
			{"attributes":{},"sensitive_attributes":` + attributes + `}]}]}`
	}
	for name, testCase := range map[string]struct{ text, want string }{
		"none":             {shown(`{"a":false,"b":{}}`), ``},
		"an attribute":     {shown(`{"a":true}`), `{"sensitivePaths":["/properties/a"]}`},
		"within a list":    {shown(`{"l":[{"x":true},{"x":true}]}`), `{"sensitivePaths":["/properties/l/*/x"]}`},
		"everything":       {shown(`true`), `{"sensitivePaths":["/properties/*"]}`},
		"one with a slash": {shown(`{"tags":{"a/b":true}}`), `{"sensitivePaths":["/properties/tags/*"]}`},
		"of a state file":  {instance(`[[{"type":"get_attr","value":"l"},{"type":"index","value":{"value":0,"type":"number"}},{"type":"get_attr","value":"x"}]]`), `{"sensitivePaths":["/properties/l/*/x"]}`},
		"of a map":         {instance(`[[{"type":"get_attr","value":"m"},{"type":"index","value":{"value":"k","type":"string"}}]]`), `{"sensitivePaths":["/properties/m/k"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			resources, err := terraform.ReadResources("s", []byte(testCase.text))
			require.NoError(t, err)
			require.Len(t, resources, 1)
			assert.Equal(t, testCase.want, string(resources[0].Schema))
		})
	}
}

func FuzzReaders(f *testing.F) {
	f.Add(string(plan(`{"address":"x.y","type":"x","change":{"before":{"x":1},"after":null,"before_sensitive":{"x":[true]}}}`)))
	f.Add(`{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"a","type":"b","values":{}}],"child_modules":[{}]}}}`)
	f.Add(`{"version":4,"terraform_version":"1","resources":[{"mode":"managed","instances":[{"index_key":"a"}]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := terraform.ReadDrift("p", []byte(text), &secrecy.Secrets{})
		if err == nil {
			for _, pair := range pairs {
				assert.NotEmpty(t, pair.Subject.ResourceID)
			}
		} else {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		}
		if _, err := terraform.ReadResources("p", []byte(text)); err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		}
	})
}

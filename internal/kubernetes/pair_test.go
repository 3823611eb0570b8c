package kubernetes_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/kubernetes"
)

func objects(t *testing.T, text string) []kubernetes.Object {
	t.Helper()
	read, err := kubernetes.Parse("f", []byte(text))
	require.NoError(t, err)
	return read
}

func list(items string) string { return `{"apiVersion":"v1","kind":"List","items":[` + items + `]}` }

func TestDeclaredObjectsAreFoundAmongTheLive(t *testing.T) {
	for name, testCase := range map[string]struct {
		desired, live string
		want          map[string]string
	}{
		"by namespace": {
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a","namespace":"x"}}`, `{"apiVersion":"v1","kind":"A","metadata":{"name":"a","namespace":"x"}}`,
			map[string]string{"A_x_a": "both"},
		},
		"no namespace is default": {
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`, `{"apiVersion":"v1","kind":"A","metadata":{"name":"a","namespace":"default"}}`,
			map[string]string{"A_a": "both"},
		},
		"in no namespace": {
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`, `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`,
			map[string]string{"A_a": "both"},
		},
		"in another version": {
			`{"apiVersion":"apps/v1beta1","kind":"A","metadata":{"name":"a"}}`, `{"apiVersion":"apps/v1","kind":"A","metadata":{"name":"a"}}`,
			map[string]string{"A.apps_a": "both"},
		},
		"missing": {
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`, `{"apiVersion":"v1","kind":"A","metadata":{"name":"b","namespace":"other"}}`,
			map[string]string{"A_a": "missing"},
		},
		"extra of a kind that is declared": {
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`,
			`{"apiVersion":"v1","kind":"A","metadata":{"name":"a","namespace":"default"}},{"apiVersion":"v1","kind":"A","metadata":{"name":"b","namespace":"default"}},{"apiVersion":"v1","kind":"B","metadata":{"name":"b","namespace":"default"}}`,
			map[string]string{"A_a": "both", "A_default_b": "extra"},
		},
		"made by a controller or the server": {
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`,
			`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"default","ownerReferences":[{"uid":"1"}]}},{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt","namespace":"default"}}`,
			map[string]string{"ConfigMap_a": "both"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]string{}
			pairs := kubernetes.Pairs(objects(t, testCase.desired), objects(t, list(testCase.live)))
			for _, pair := range pairs {
				switch {
				case pair.Actual.IsMissing():
					got[pair.Subject.ResourceID] = "missing"
				case pair.Desired.IsMissing():
					got[pair.Subject.ResourceID] = "extra"
				default:
					got[pair.Subject.ResourceID] = "both"
				}
			}
			assert.Equal(t, testCase.want, got)
			for _, resource := range kubernetes.Resources(pairs) {
				require.NoError(t, resource.Check())
			}
		})
	}
}

func TestManagersSayWhatIsWhose(t *testing.T) {
	live := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a","managedFields":[
		{"manager":"kubectl-client-side-apply","fieldsV1":{"f:spec":{"f:paused":{},"f:shared":{}}}},
		{"manager":"kube-controller-manager","subresource":"scale","fieldsV1":{"f:spec":{"f:replicas":{},"f:shared":{}}}},
		{"manager":"kubectl-edit","fieldsV1":{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:tty":{}}}}}}}},
		{"manager":"kube-controller-manager","subresource":"status","fieldsV1":{"f:status":{"f:replicas":{}}}}]}}`
	pairs := kubernetes.Pairs(objects(t, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}`), objects(t, live))
	require.Len(t, pairs, 1)
	schema := pairs[0].Subject.Schema
	require.NotNil(t, schema)
	assert.Equal(t, []string{"spec.replicas"}, schema.ReadOnly, "what a controller alone owns is not drift")
	assert.Equal(t, []string{"spec.template.spec.containers.tty"}, schema.Watched, "what was set by hand is")
}

func TestWithoutManagersNothingIsSaid(t *testing.T) {
	object := `{"apiVersion":"v1","kind":"A","metadata":{"name":"a"}}`
	assert.Nil(t, kubernetes.Pairs(objects(t, object), objects(t, object))[0].Subject.Schema)
}

package kubernetes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/kubernetes"
)

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return root
}

func ids(objects []kubernetes.Object) []string {
	var list []string
	for _, object := range objects {
		list = append(list, object.ID()+" "+object.Type())
	}
	return list
}

func TestManifestsAreReadInWhateverFormTheyCome(t *testing.T) {
	objects, err := kubernetes.ReadFolder(folder(t, map[string]string{
		"a.yaml":       "# a comment alone\n---\napiVersion: v1\nkind: Service\nmetadata: {name: one, namespace: shop}\n---\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: two\n",
		"b/c.yml":      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: three}}\n- {apiVersion: v1, kind: ConfigMapList, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: four}}]}\n",
		"b/d.json":     `{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"system:five"}}`,
		"b/README.md":  "no manifest",
		"b/values.txt": "no manifest",
	}))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"Service_shop_one Kubernetes::core::Service", "Deployment.apps_two Kubernetes::apps::Deployment",
		"ConfigMap_three Kubernetes::core::ConfigMap", "ConfigMap_four Kubernetes::core::ConfigMap",
		"ClusterRole.rbac.authorization.k8s.io_system-five Kubernetes::rbac.authorization.k8s.io::ClusterRole",
	}, ids(objects))
}

func TestValuesOfYAMLKeepTheirKind(t *testing.T) {
	objects, err := kubernetes.Parse("f", []byte(strings.ReplaceAll(`
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
whole: 9007199254740993
fraction: 1.10
hex: 0x1F
quoted: "8080"
yes: true
none: ~
empty:
text: |
>two
>lines
base: &base {a: 1, b: 2}
merged: {<<: *base, b: 3}
again: *base
list: [1, two]
`, ">", "  ")))
	require.NoError(t, err)
	require.Len(t, objects, 1)
	for key, want := range map[string]string{
		"whole": "9007199254740993", "fraction": "1.10", "hex": "31", "quoted": `"8080"`, "yes": "true", "none": "null", "empty": "null",
		"text": `"two\nlines\n"`, "merged": `{"a":1,"b":3}`, "again": `{"a":1,"b":2}`, "list": `[1,"two"]`,
	} {
		assert.Equal(t, want, objects[0].Config.Get(key).String(), key)
	}
}

func TestStringDataIsWhatTheServerMakesOfIt(t *testing.T) {
	objects, err := kubernetes.Parse("f", []byte(`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"data":{"x":"MQ==","y":"Mg=="},"stringData":{"y":"two"}}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"x":"MQ==","y":"dHdv"}`, objects[0].Config.Get("data").String())
	assert.True(t, objects[0].Config.Get("stringData").IsMissing())
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	object := "{apiVersion: v1, kind: A, metadata: {name: a}}"
	for name, testCase := range map[string]struct {
		files map[string]string
		want  string
	}{
		"an empty folder":       {map[string]string{"a.txt": ""}, "holds no .yaml"},
		"no YAML":               {map[string]string{"a.yaml": "a: [b"}, "a.yaml, line 1: is no YAML"},
		"a template":            {map[string]string{"a.yaml": object + "\n---\na: {{ .Values.a }}"}, "a.yaml, line 3: is no YAML"},
		"no text":               {map[string]string{"a.yaml": "\xff\xfe\x00"}, "a.yaml is no text in UTF-8"},
		"no JSON":               {map[string]string{"a.json": "{"}, "a.json is no JSON"},
		"no object":             {map[string]string{"a.yaml": "a: b"}, "without apiVersion, kind or metadata.name"},
		"a scalar":              {map[string]string{"a.yaml": "text"}, "without apiVersion"},
		"an object twice":       {map[string]string{"a.yaml": object, "b.yaml": object}, "A_a is in"},
		"an alias of nothing":   {map[string]string{"a.yaml": "a: *b"}, "a.yaml"},
		"aliases without bound": {map[string]string{"a.yaml": bomb()}, "stand for more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kubernetes.ReadFolder(folder(t, testCase.files))
			require.ErrorContains(t, err, testCase.want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

// bomb is a document of few bytes that stands for a billion values.
func bomb() string {
	text := "a: &a [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
	for i := range 9 {
		name, of := string(rune('b'+i)), string(rune('a'+i))
		text += name + ": &" + name + " [" + strings.Repeat("*"+of+", ", 9) + "*" + of + "]\n"
	}
	return text
}

func FuzzParse(f *testing.F) {
	f.Add("a.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: one}\n---\na: &b [1]\nc: *b")
	f.Add("a.json", `{"kind":"List","items":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"a":"b"}}]}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		objects, err := kubernetes.Parse(name, []byte(text))
		if err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			return
		}
		for _, object := range objects {
			assert.NotEmpty(t, object.Kind)
			assert.NotEmpty(t, object.Name)
		}
		kubernetes.Pairs(objects, objects)
	})
}

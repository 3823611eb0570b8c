// Package chart tests the Helm chart: with Helm's own packages, against Kubernetes' own types, and against
// the program that it runs.
package chart

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	operator "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

const folder = "../../deploy/helm/omnicloud"

// installations are the values that the chart is rendered with.
var installations = []string{"least", "everything", "one-worker"}

// decoder reads every kind that the chart has, and refuses a field that the kind does not.
var decoder = func() runtime.Decoder {
	if err := operator.AddToScheme(scheme.Scheme); err != nil {
		panic(err)
	}
	return serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
}()

// render gives the manifests by template, of the values of an installation with changes on top.
func render(t *testing.T, installation string, changes map[string]any) (map[string]string, error) {
	t.Helper()
	chart, err := loader.Load(folder)
	require.NoError(t, err)
	values := loader.MergeMaps(valuesOf(t, installation), changes)
	all, err := util.ToRenderValues(chart, values, common.ReleaseOptions{Name: "prod", Namespace: "operations", IsInstall: true}, common.DefaultCapabilities)
	if err != nil {
		return nil, err
	}
	return engine.Render(chart, all)
}

func valuesOf(t *testing.T, installation string) (values map[string]any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", installation+".yaml"))
	require.NoError(t, err)
	require.NoError(t, yaml.UnmarshalStrict(text, &values))
	return values
}

// objects are those of an installation.
func objects(t *testing.T, installation string) []runtime.Object {
	t.Helper()
	manifests, err := render(t, installation, nil)
	require.NoError(t, err)
	var decoded []runtime.Object
	for path, manifest := range manifests {
		if filepath.Ext(path) != ".yaml" {
			continue
		}
		for document := range strings.SplitSeq(manifest, "\n---\n") {
			if strings.TrimSpace(document) == "" {
				continue
			}
			object, _, err := decoder.Decode([]byte(document), nil, nil)
			require.NoError(t, err, "%s:\n%s", path, document)
			decoded = append(decoded, object)
		}
	}
	return decoded
}

// pod is what an object runs, with the object's name.
type pod struct {
	name        string
	template    corev1.PodTemplateSpec
	annotations map[string]string
}

func (p pod) container() corev1.Container { return p.template.Spec.Containers[0] }

// environment holds the literal values of a pod's variables, and of others where they come from.
func (p pod) environment() map[string]string {
	all := map[string]string{}
	for _, variable := range p.container().Env {
		all[variable.Name] = variable.Value
		if variable.ValueFrom != nil {
			all[variable.Name] = "secret:" + variable.ValueFrom.SecretKeyRef.Name + "/" + variable.ValueFrom.SecretKeyRef.Key
		}
	}
	return all
}

// pods are what an installation runs.
func pods(t *testing.T, installation string) []pod {
	t.Helper()
	var found []pod
	for _, object := range objects(t, installation) {
		switch one := object.(type) {
		case *appsv1.Deployment:
			found = append(found, pod{one.Name, one.Spec.Template, one.Annotations})
		case *batchv1.Job:
			found = append(found, pod{one.Name, one.Spec.Template, one.Annotations})
		}
	}
	require.NotEmpty(t, found)
	slices.SortFunc(found, func(a, b pod) int { return strings.Compare(a.name, b.name) })
	return found
}

// podOf is the pod of a name in an installation.
func podOf(t *testing.T, installation, name string) pod {
	t.Helper()
	all := pods(t, installation)
	index := slices.IndexFunc(all, func(p pod) bool { return p.name == name })
	require.GreaterOrEqual(t, index, 0, "there is no %s", name)
	return all[index]
}

// named lists kind/name of every object, in order.
func named(t *testing.T, installation string) []string {
	t.Helper()
	var names []string
	for _, object := range objects(t, installation) {
		about, err := meta.Accessor(object)
		require.NoError(t, err)
		names = append(names, object.GetObjectKind().GroupVersionKind().Kind+"/"+about.GetName())
	}
	slices.Sort(names)
	return names
}

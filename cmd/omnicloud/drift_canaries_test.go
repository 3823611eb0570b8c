package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/test/canaries"
)

// planting is how many secrets are planted.
const planting = 10_000

// planted writes pairs: each has a secret of its own, changed, and carries one of another pair where
// anyone can read it.
func planted() string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	homes, carriers := canaries.Homes(), canaries.Carriers()
	for i := 0; i < planting; i += 2 {
		home := homes[i/2%len(homes)]
		carried := carriers[i/2%len(carriers)](canaries.Of((i + planting/2) % planting))
		pair := map[string]any{
			"id": fmt.Sprintf("r%d", i), "resource_type": "t",
			"desired": map[string]any{"home": home(canaries.Of(i)), "note": "as declared", "map": map[string]any{}},
			"actual":  map[string]any{"home": home(canaries.Of(i + 1)), "note": carried, "map": map[string]any{carried: "a key"}},
		}
		if err := encoder.Encode(pair); err != nil {
			panic(err)
		}
	}
	return out.String()
}

func TestTenThousandCanariesStaySilent(t *testing.T) {
	if testing.Short() {
		t.Skip("compares thousands of documents")
	}
	folder := inFolder(t, map[string]string{
		"pairs.jsonl": planted(),
		"rules.yaml":  canaries.Rules,
		"broken.json": "{\"password\":\"" + strings.ReplaceAll(canaries.Of(1), `"`, "") + "\",",
		"broken.yaml": "apiVersion: v1\nkind: Secret\nstringData: {password: 'CANARY\n",
	})
	file := func(name string) string { return filepath.Join(folder, name) }
	for _, format := range []string{"json", "sarif"} {
		t.Run(format, func(t *testing.T) {
			code, stdout, stderr := execute(t, "drift", "--pairs", file("pairs.jsonl"), "--rules", file("rules.yaml"), "--format", format)
			require.Equal(t, 2, code, stderr)
			canaries.AssertSilent(t, "standard output", stdout)
			canaries.AssertSilent(t, "standard error", stderr)
			assert.GreaterOrEqual(t, strings.Count(stdout, "[hidden #"), planting, "each side of each secret is shown hidden")
			assert.GreaterOrEqual(t, strings.Count(stdout, `"critical"`), planting/2, "each carried secret is exposed")
		})
	}
	t.Run("errors", func(t *testing.T) {
		for _, arguments := range [][]string{
			{"--terraform-plan", file("broken.json")},
			{"--pairs", file("broken.json")},
			{"--desired", file("broken.json"), "--actual", file("broken.json")},
			{"--kubernetes-desired", file("broken.yaml"), "--kubernetes-live", file("broken.json")},
			{"--desired", file("pairs.jsonl"), "--actual", file("pairs.jsonl"), "--rules", file("pairs.jsonl")},
		} {
			code, stdout, stderr := execute(t, append([]string{"drift"}, arguments...)...)
			assert.Equal(t, 1, code, "%v", arguments)
			canaries.AssertSilent(t, "standard output", stdout)
			canaries.AssertSilent(t, fmt.Sprint(arguments), stderr)
		}
	})
}

func TestCanariesInOneResourceStaySilentInEveryFormat(t *testing.T) {
	var members, changed []string
	carriers := canaries.Carriers()
	for i := range 500 {
		members = append(members, fmt.Sprintf(`"s%d":{"password":%s}`, i, canaries.AsJSONText(canaries.Of(i))))
		changed = append(changed, fmt.Sprintf(`"s%d":{"password":%s},"n%d":%s`, i, canaries.AsJSONText(canaries.Of(i+1000)), i, canaries.AsJSONText(carriers[i%len(carriers)](canaries.Of(i)))))
	}
	folder := inFolder(t, map[string]string{"a.json": "{" + strings.Join(members, ",") + "}", "b.json": "{" + strings.Join(changed, ",") + "}"})
	for _, format := range []string{"text", "json", "sarif"} {
		_, stdout, stderr := execute(t, "drift", "--desired", filepath.Join(folder, "a.json"), "--actual", filepath.Join(folder, "b.json"), "--format", format)
		assert.Contains(t, stdout, "[hidden #500]")
		canaries.AssertSilent(t, format, stdout+stderr)
	}
}

func TestCanariesOfOtherToolsStaySilent(t *testing.T) {
	var marked, manifests, live []string
	homes, carriers := canaries.Homes(), canaries.Carriers()
	for i := range 500 {
		carried := canaries.AsJSONText(carriers[i%len(carriers)](canaries.Of(i)))
		before, after := canaries.AsJSONText(canaries.Of(i)), canaries.AsJSONText(canaries.Of(i+1000))
		home, err := json.Marshal(homes[i%len(homes)](canaries.Of(i + 2000)))
		require.NoError(t, err)
		marked = append(marked, fmt.Sprintf(`{"address":"t.r%d","mode":"managed","type":"t","change":{"actions":["update"],
			"before":{"plain":%s,"deep":[{"x":%s}],"note":"a","home":{}},"after":{"plain":%s,"deep":[{"x":%s}],"note":%s,"home":%s},
			"before_sensitive":{"plain":true,"deep":[{"x":true}]},"after_sensitive":{"plain":true,"deep":[{"x":true}]}}}`, i, before, before, after, after, carried, home))
		object := `{"apiVersion":"v1","kind":%q,"metadata":{"name":"o%d","namespace":"n"},%q:{"any":%s}}`
		manifests = append(manifests, fmt.Sprintf(object, "Secret", i, "stringData", before), fmt.Sprintf(object, "ConfigMap", i, "data", `"a"`))
		encoded := canaries.AsJSONText(base64.StdEncoding.EncodeToString([]byte(canaries.Of(i + 1000))))
		live = append(live, fmt.Sprintf(object, "Secret", i, "data", encoded), fmt.Sprintf(object, "ConfigMap", i, "data", carried))
	}
	folder := inFolder(t, map[string]string{
		"rules.yaml":         canaries.Rules,
		"plan.json":          `{"format_version":"1.2","planned_values":{},"resource_drift":[` + strings.Join(marked, ",") + "]}",
		"manifests/all.yaml": strings.Join(manifests, "\n---\n"),
		"live.json":          `{"apiVersion":"v1","kind":"List","items":[` + strings.Join(live, ",") + "]}",
	})
	file := func(name string) string { return filepath.Join(folder, name) }
	for _, format := range []string{"text", "json", "sarif"} {
		for _, arguments := range [][]string{
			{"--terraform-plan", file("plan.json")},
			{"--kubernetes-desired", file("manifests"), "--kubernetes-live", file("live.json")},
		} {
			code, stdout, stderr := execute(t, append([]string{"drift", "--format", format, "--rules", file("rules.yaml")}, arguments...)...)
			require.Equal(t, 2, code, stderr)
			assert.GreaterOrEqual(t, strings.Count(stdout, "[hidden #"), 1000, "%s of %s", format, arguments[0])
			canaries.AssertSilent(t, format+" of "+arguments[0], stdout+stderr)
		}
	}
}

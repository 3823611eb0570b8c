package sarif_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/internal/sarif"
)

var update = flag.Bool("update", false, "write the golden files anew")

func records() []drift.Record {
	return []drift.Record{
		{ResourceID: "sg-1", ResourceType: "aws_security_group", TenantID: "acme", Type: drift.ValueChanged, Severity: drift.Critical, ConfigPath: "ingress[0].cidr", DesiredValue: json.RawMessage(`"10.0.0.0/8"`), ActualValue: json.RawMessage(`"0.0.0.0/0"`), RemediationAction: "set it back"},
		{ResourceID: "sg-1", Type: drift.KeyAdded, Severity: drift.Security, ConfigPath: "ingress[1]", ActualValue: json.RawMessage(`{"port":22}`)},
		{ResourceID: "i-1", Type: drift.KeyRemoved, Severity: drift.Functional, ConfigPath: `tags["a.b"]`, DesiredValue: json.RawMessage(`"<b>&"`), AutoRemediable: true},
		{ResourceID: "i-1", Type: drift.TypeMismatch, Severity: drift.Cosmetic, ConfigPath: "name", DesiredValue: json.RawMessage(`1`), ActualValue: json.RawMessage(`"x"`)},
		{ResourceID: "i-2", Type: drift.ResourceMissing, Severity: drift.Functional},
		{ResourceID: "i-3", Type: drift.ResourceExtra, Severity: drift.Functional},
	}
}

func TestWriteMatchesTheGolden(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sarif.Write(&out, "1.2.3", "stacks/my stack.json", records()))
	const golden = "testdata/log.sarif"
	if *update {
		require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}

// Required properties are those of the specification's sections 3.13 (log), 3.14 (run), 3.18 (tool),
// 3.19 (component), 3.49 (rule), 3.27 (result), 3.11 (message); their values are of its enumerations.
func TestTheSpecificationIsKept(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sarif.Write(&out, "1.2.3", "-", records()))
	var log map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &log))
	assert.Equal(t, "2.1.0", log["version"])
	runs := log["runs"].([]any)
	require.Len(t, runs, 1)
	run := runs[0].(map[string]any)
	driver := run["tool"].(map[string]any)["driver"].(map[string]any)
	assert.NotEmpty(t, driver["name"])
	assert.Contains(t, []any{"utf16CodeUnits", "unicodeCodePoints"}, run["columnKind"])
	rules := driver["rules"].([]any)
	ids := map[any]bool{}
	for _, entry := range rules {
		rule := entry.(map[string]any)
		assert.False(t, ids[rule["id"]], "ids are unique")
		ids[rule["id"]] = true
		for _, part := range []string{"shortDescription", "fullDescription", "help"} {
			assert.NotEmpty(t, rule[part].(map[string]any)["text"])
		}
		assert.Contains(t, []any{"none", "note", "warning", "error"}, rule["defaultConfiguration"].(map[string]any)["level"])
	}
	results := run["results"].([]any)
	require.Len(t, results, len(records()))
	prints := map[any]bool{}
	for _, entry := range results {
		result := entry.(map[string]any)
		assert.NotEmpty(t, result["message"].(map[string]any)["text"])
		assert.Equal(t, "fail", result["kind"], "a level other than none goes with the kind fail")
		assert.Contains(t, []any{"note", "warning", "error"}, result["level"])
		index := int(result["ruleIndex"].(float64))
		assert.Equal(t, result["ruleId"], rules[index].(map[string]any)["id"], "index and id name the same rule")
		location := result["locations"].([]any)[0].(map[string]any)
		physical := location["physicalLocation"].(map[string]any)
		assert.Equal(t, "stdin", physical["artifactLocation"].(map[string]any)["uri"])
		assert.InDelta(t, 1, physical["region"].(map[string]any)["startLine"], 0)
		mark := result["partialFingerprints"].(map[string]any)["omnicloudDrift/v1"]
		assert.False(t, prints[mark], "each difference has a print of its own")
		prints[mark] = true
	}
}

func TestAnEmptyRunHasAnEmptyListOfResults(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, sarif.Write(&out, "", "/a/b.json", nil))
	assert.Contains(t, out.String(), `"results": []`)
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// driftRun runs the command with files of a folder of its own; arguments name them by @name.
func driftRun(t *testing.T, files map[string]string, stdin string, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	for i, argument := range arguments {
		if name, isFile := strings.CutPrefix(argument, "@"); isFile {
			arguments[i] = filepath.Join(folder, name)
		}
	}
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"drift"}, arguments...), streams{In: strings.NewReader(stdin), Out: &out, Err: &errs})
	return code, out.String(), strings.ReplaceAll(errs.String(), folder+"/", "")
}

func TestDriftOfOneResource(t *testing.T) {
	files := map[string]string{
		"desired.yaml":  "size: large\nport: \"8080\"\ntags: {team: a}\n",
		"actual.json":   `{"size":"small","port":8080,"tags":{"team":"b"}}`,
		"cosmetic.json": `{"size":"large","port":8080,"tags":{"team":"b"}}`,
		"rules.yaml":    "version: 1\nseverity: [{path: size, severity: security}]\nignore: [{path: tags, reason: ours}]\n",
		"bad.yaml":      "version: 1\nignore:\n  - {path: tags}\n",
		"empty.json":    " \n",
		"binary.json":   "\xff\xfe\x00\x01",
		"text.yaml":     "no credentials",
	}
	t.Run("is told to people, the gravest first", func(t *testing.T) {
		code, out, _ := driftRun(t, files, "", "--desired", "@desired.yaml", "--actual", "@actual.json")
		assert.Equal(t, 2, code)
		assert.Contains(t, out, "functional size (value changed)")
		assert.Contains(t, out, `declared "large"`)
		assert.Contains(t, out, `live     "small"`)
		assert.Less(t, strings.Index(out, "size"), strings.Index(out, "tags.team"))
		assert.Contains(t, out, "2 differences: 1 functional, 1 cosmetic")
	})
	t.Run("is told to programs", func(t *testing.T) {
		code, out, _ := driftRun(t, files, "", "--desired", "@desired.yaml", "--actual", "@actual.json", "--rules", "@rules.yaml", "--format", "json")
		assert.Equal(t, 2, code)
		assert.JSONEq(t, `{"drifts":[{"config_path":"size","drift_type":"value_changed","severity":"security","desired_value":"large","actual_value":"small","remediation_action":"set size back to the declared value","auto_remediable":false}],"summary":{"cosmetic":0,"functional":0,"security":1,"critical":0}}`, out)
	})
	t.Run("does not fail below --fail-on", func(t *testing.T) {
		code, _, _ := driftRun(t, files, "", "--desired", "@desired.yaml", "--actual", "@cosmetic.json", "--fail-on", "functional")
		assert.Equal(t, 0, code)
	})
	t.Run("is none where only spelling differs, read from standard input", func(t *testing.T) {
		code, out, _ := driftRun(t, files, `{"port":"8080","tags":{"team":"a"},"size":"large"}`, "--desired", "@desired.yaml", "--actual", "-")
		assert.Equal(t, 0, code)
		assert.Equal(t, "no drift\n", out)
	})
	for want, arguments := range map[string][]string{
		"there is nothing to compare; give --desired and --actual, --pairs": {},
		"--actual is missing":                                        {"--desired", "@desired.yaml"},
		"--desired is missing":                                       {"--actual", "@actual.json"},
		"cannot both be standard input":                              {"--desired", "-", "--actual", "-"},
		"are different comparisons; give one":                        {"--desired", "@desired.yaml", "--pairs", "-"},
		"empty.json is empty; write null where there is no resource": {"--desired", "@desired.yaml", "--actual", "@empty.json"},
		"binary.json is no text in UTF-8":                            {"--desired", "@binary.json", "--actual", "@actual.json"},
		"text.yaml:1: is a single value; a configuration is a mapp":  {"--desired", "@text.yaml", "--actual", "@actual.json"},
		"--resource-type is for --desired and --actual":              {"--pairs", "-", "--resource-type", "vm"},
		"absent.json cannot be read: no such file":                   {"--desired", "@desired.yaml", "--actual", "@absent.json"},
		"bad.yaml:3: ignore[0]: has no reason":                       {"--desired", "@desired.yaml", "--actual", "@actual.json", "--rules", "@bad.yaml"},
		"standard input: line 1, column 2: a key in quotes is expe":  {"--desired", "@desired.yaml", "--actual", "-"},
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			code, out, errs := driftRun(t, files, "{", arguments...)
			assert.Equal(t, 1, code)
			assert.Empty(t, out)
			assert.Contains(t, errs, want)
			assert.Equal(t, 1, strings.Count(errs, "\n"), "one line: %s", errs)
		})
	}
}

func TestListsThatDifferTooMuchAreNamedInJSON(t *testing.T) {
	list := func(kind string) string {
		var elements []string
		for i := range 200 {
			elements = append(elements, fmt.Sprintf(`{"port":%d,"kind":%q}`, i, kind))
		}
		return `{"rules":[` + strings.Join(elements, ",") + `]}`
	}
	files := map[string]string{"desired.json": list("a"), "actual.json": list("b")}
	_, out, _ := driftRun(t, files, "", "--desired", "@desired.json", "--actual", "@actual.json", "--format", "json")
	assert.True(t, strings.HasSuffix(out, `,"critical":0},"approximate":["rules"]}`+"\n"), "%s", out[max(0, len(out)-100):])
	_, out, _ = driftRun(t, files, "", "--desired", "@desired.json", "--actual", "@actual.json")
	assert.Contains(t, out, "note: the lists at rules differ in so many elements")
}

func TestDriftOfPairs(t *testing.T) {
	pairs := `{"id":"a","resource_type":"vm","desired":{"x":1},"actual":{"x":1,"id":"i-1"}}

{"id":"b","resource_type":"vm","desired":{"x":"1","l":["b","a"]},"actual":{"x":2,"l":["a","b"],"id":"i-2"},"schema":{"unorderedScalarPaths":["l"],"readOnlyPaths":["id"]}}
{"id":"c","resource_type":"AWS::KMS::Key","desired":{"EnableKeyRotation":true},"actual":null}
`
	code, out, _ := driftRun(t, nil, pairs, "--pairs", "-", "--mode", "declared")
	assert.Equal(t, 2, code)
	var lines []struct {
		ID     string
		Drifts []struct {
			ConfigPath string `json:"config_path"`
			DriftType  string `json:"drift_type"`
		}
		Summary map[string]int
	}
	decoder := json.NewDecoder(strings.NewReader(out))
	for decoder.More() {
		lines = append(lines, struct {
			ID     string
			Drifts []struct {
				ConfigPath string `json:"config_path"`
				DriftType  string `json:"drift_type"`
			}
			Summary map[string]int
		}{})
		require.NoError(t, decoder.Decode(&lines[len(lines)-1]))
	}
	require.Len(t, lines, 3)
	assert.Equal(t, "a", lines[0].ID)
	assert.Empty(t, lines[0].Drifts)
	require.Len(t, lines[1].Drifts, 1)
	assert.Equal(t, "x", lines[1].Drifts[0].ConfigPath)
	assert.Equal(t, "resource_missing", lines[2].Drifts[0].DriftType)
	assert.Len(t, lines[2].Summary, 4)

	for text, want := range map[string]string{
		"\n":                               "standard input holds no pair",
		`[]`:                               "standard input, line 1: a pair is an object with id, resource_type, desired and actual; this is a list",
		`{"id":"a"`:                        "standard input, line 1: column 10: a comma or } is expected",
		`{"desired":{}}`:                   "standard input, line 1: the pair has no id",
		`{"id":"a"}`:                       `standard input, line 1: pair "a" has neither desired nor actual`,
		`{"id":"a","desired":{"x"}}`:       "standard input, line 1: desired: column 25: a colon is expected",
		`{"id":"a","desired":{},"id":"b"}`: `standard input, line 1: the key "id" comes twice`,
		"{\"id\":\"a\",\"desired\":{\"x\":\"\xff\"}}":          "standard input, line 1: desired: the document is not valid UTF-8",
		`{"id":"a","desired":{},"schema":{"readOnlyPaths":7}}`: "standard input, line 1: readOnlyPaths of the schema is a number; it must be a list of paths",
	} {
		code, _, errs := driftRun(t, nil, "\n"[:0]+text, "--pairs", "-")
		assert.Equal(t, 1, code, text)
		assert.Contains(t, errs, want)
	}
}

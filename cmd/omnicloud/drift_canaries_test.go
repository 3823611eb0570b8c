package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canaries is how many secrets are planted.
const canaries = 10_000

// canary is a secret that shows wherever it leaks: it begins with a word that nothing else has, and
// has characters that every encoding has to escape.
func canary(number int) string { return fmt.Sprintf("CANARY/%05d \"ß&+<%d", number, number*7919) }

// carriers are the ways in which a secret of one document travels in another.
var carriers = []func(string) string{
	func(s string) string { return s },
	func(s string) string { return "mysql --host db -p'" + s + "' < dump" },
	asJSONText,
	func(s string) string { return asJSONText(asJSONText(s)) },
	func(s string) string { return "https://example.com/login?next=a&secret=" + url.QueryEscape(s) },
	url.PathEscape,
	func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s)) },
	func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	func(s string) string { return hex.EncodeToString([]byte(s)) },
}

func asJSONText(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// homes are the places where a secret is known to be one.
var homes = []func(string) any{
	func(s string) any { return map[string]any{"password": s} },
	func(s string) any { return map[string]any{"db": map[string]any{"MasterUserPassword": s}} },
	func(s string) any {
		return map[string]any{"environment": []any{map[string]any{"name": "API_TOKEN", "value": s}}}
	},
	func(s string) any {
		return map[string]any{"SecretString": asJSONText(map2{"user": "u", "pw": s}.text())}
	},
	func(s string) any { return map[string]any{"conf": map[string]any{"anything": s}} },
}

// map2 is a small object as JSON text.
type map2 map[string]string

func (m map2) text() string {
	encoded, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

// planted writes pairs: each has a secret of its own, changed, and carries one of another pair where
// anyone can read it.
func planted() string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	for i := 0; i < canaries; i += 2 {
		home := homes[i/2%len(homes)]
		carried := carriers[i/2%len(carriers)](canary((i + canaries/2) % canaries))
		pair := map[string]any{
			"id": fmt.Sprintf("r%d", i), "resource_type": "t",
			"desired": map[string]any{"home": home(canary(i)), "note": "as declared", "map": map[string]any{}},
			"actual":  map[string]any{"home": home(canary(i + 1)), "note": carried, "map": map[string]any{carried: "a key"}},
		}
		if err := encoder.Encode(pair); err != nil {
			panic(err)
		}
	}
	return out.String()
}

// assertNoCanary looks for the word in what was written, and in all that it may be decoded to.
func assertNoCanary(t *testing.T, name, out string) {
	t.Helper()
	for _, form := range []string{
		"CANARY", hex.EncodeToString([]byte("CANARY")), "Q0FOQVJZ", "NBTkFSW", "DQU5BUl",
	} {
		if at := strings.Index(out, form); at >= 0 {
			assert.Fail(t, "a canary sings", "%s: …%s…", name, out[max(0, at-200):min(len(out), at+120)])
		}
	}
}

func TestTenThousandCanariesStaySilent(t *testing.T) {
	if testing.Short() {
		t.Skip("compares thousands of documents")
	}
	folder := inFolder(t, map[string]string{
		"pairs.jsonl": planted(),
		"rules.yaml":  "version: 1\nsensitive:\n  - {path: \"**.conf\"}\n",
		"broken.json": "{\"password\":\"" + strings.ReplaceAll(canary(1), `"`, "") + "\",",
		"broken.yaml": "apiVersion: v1\nkind: Secret\nstringData: {password: 'CANARY\n",
	})
	file := func(name string) string { return filepath.Join(folder, name) }
	for _, format := range []string{"json", "sarif"} {
		t.Run(format, func(t *testing.T) {
			code, stdout, stderr := execute(t, "drift", "--pairs", file("pairs.jsonl"), "--rules", file("rules.yaml"), "--format", format)
			require.Equal(t, 2, code, stderr)
			assertNoCanary(t, "standard output", stdout)
			assertNoCanary(t, "standard error", stderr)
			assert.GreaterOrEqual(t, strings.Count(stdout, "[hidden #"), canaries, "each side of each secret is shown hidden")
			assert.GreaterOrEqual(t, strings.Count(stdout, `"critical"`), canaries/2, "each carried secret is exposed")
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
			assertNoCanary(t, "standard output", stdout)
			assertNoCanary(t, fmt.Sprint(arguments), stderr)
		}
	})
}

func TestCanariesInOneResourceStaySilentInEveryFormat(t *testing.T) {
	var members, changed []string
	for i := range 500 {
		members = append(members, fmt.Sprintf(`"s%d":{"password":%s}`, i, asJSONText(canary(i))))
		changed = append(changed, fmt.Sprintf(`"s%d":{"password":%s},"n%d":%s`, i, asJSONText(canary(i+1000)), i, asJSONText(carriers[i%len(carriers)](canary(i)))))
	}
	folder := inFolder(t, map[string]string{"a.json": "{" + strings.Join(members, ",") + "}", "b.json": "{" + strings.Join(changed, ",") + "}"})
	for _, format := range []string{"text", "json", "sarif"} {
		_, stdout, stderr := execute(t, "drift", "--desired", filepath.Join(folder, "a.json"), "--actual", filepath.Join(folder, "b.json"), "--format", format)
		assert.Contains(t, stdout, "[hidden #500]")
		assertNoCanary(t, format, stdout+stderr)
	}
}

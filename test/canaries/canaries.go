// Package canaries makes secrets that show wherever they leak. Tests plant them and search what is
// stored, shown and logged.
package canaries

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Of makes the canary of a number: it begins with a word that nothing else has, and has characters that
// every encoding has to escape.
func Of(number int) string { return fmt.Sprintf("CANARY/%05d \"ß&+<%d", number, number*7919) }

// Carriers are the ways in which a secret of one document travels in another.
func Carriers() []func(string) string {
	return []func(string) string{
		func(s string) string { return s },
		func(s string) string { return "mysql --host db -p'" + s + "' < dump" },
		AsJSONText,
		func(s string) string { return AsJSONText(AsJSONText(s)) },
		func(s string) string { return "https://example.com/login?next=a&secret=" + url.QueryEscape(s) },
		url.PathEscape,
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte("user:" + s)) },
		func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return hex.EncodeToString([]byte(s)) },
		func(s string) string { return "<td>" + html.EscapeString(s) + "</td>" },
		func(s string) string {
			return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s + " and more")))
		},
	}
}

// Homes are places where a secret is known to be one: by a name, a label beside it, a text that holds
// more, or a rule about the path **.conf.
func Homes() []func(string) any {
	return []func(string) any{
		func(s string) any { return map[string]any{"password": s} },
		func(s string) any { return map[string]any{"db": map[string]any{"MasterUserPassword": s}} },
		func(s string) any {
			return map[string]any{"environment": []any{map[string]any{"name": "API_TOKEN", "value": s}}}
		},
		func(s string) any {
			return map[string]any{"SecretString": AsJSONText(string(mustMarshal(map[string]string{"user": "u", "pw": s})))}
		},
		func(s string) any { return map[string]any{"conf": map[string]any{"anything": s}} },
		func(s string) any { return map[string]any{"admin_password": map[string]any{"value": s}} },
		func(s string) any { return map[string]any{"secrets": map[string]any{"database": s}} },
		func(s string) any { return map[string]any{"args": []any{"--verbose", "--password", s}} },
		func(s string) any { return map[string]any{"environment": []any{"DB_PASSWORD='" + s + "'"}} },
		func(s string) any { return map[string]any{"config": string(mustMarshal(map[string]any{"token": s}))} },
		func(s string) any { return map[string]any{"url": "postgres://app:" + url.PathEscape(s) + "@db/app"} },
		func(s string) any {
			return map[string]any{"answers": "<password>" + html.EscapeString(s) + "</password>"}
		},
		func(s string) any {
			return map[string]any{"UserData": encoded("#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY='" + s + "'\n")}
		},
		func(s string) any { return map[string]any{"Authorization": "Basic " + encoded("user:"+s)} },
		func(s string) any {
			return map[string]any{"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"any": encoded(s)}}
		},
		func(s string) any {
			applied := map[string]any{"apiVersion": "v1", "kind": "Secret", "data": map[string]any{"any": encoded(s)}}
			return map[string]any{"annotations": map[string]any{"last-applied-configuration": string(mustMarshal(applied))}}
		},
	}
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// Rules are drift rules about the last of the Homes.
const Rules = "version: 1\nsensitive:\n  - {path: \"**.conf\"}\n"

// AsJSONText writes a text as JSON.
func AsJSONText(text string) string { return string(mustMarshal(text)) }

func mustMarshal(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // texts and maps of texts alone
	}
	return text
}

// AssertSilent looks for the word in what was written, and in all that it may be decoded to.
func AssertSilent(t *testing.T, name, out string) {
	t.Helper()
	for _, form := range []string{"CANARY", hex.EncodeToString([]byte("CANARY")), "Q0FOQVJZ", "NBTkFSW", "DQU5BUl"} {
		if at := strings.Index(out, form); at >= 0 {
			assert.Fail(t, "a canary sings", "%s: …%s…", name, out[max(0, at-200):min(len(out), at+120)])
		}
	}
}

package focus

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPlainTags(t *testing.T) {
	for _, text := range []string{
		`{"team": "web"}`, `{"team":"web","environment":"prod"}`, `{ "team" : "a b,c{}[]:" , "team": "last" }`, `{"":""}`, `{"größe":"ß"}`,
	} {
		t.Run("are read as encoding/json reads them: "+text, func(t *testing.T) {
			tags, plain := parsePlainTags([]byte(text))
			require.True(t, plain)
			var want map[string]string
			require.NoError(t, json.Unmarshal([]byte(text), &want))
			require.Equal(t, want, tags)
		})
	}
	for _, text := range []string{
		"", "{", "{}", "[]", `{"team"}`, `{"team":}`, `{"team":1}`, `{"team":null}`, `{"team":"web"`, `{"team":"web"}x`, `{"team":"web",}`,
		`{"team":"we\"b"}`, `{"team":"\u0041"}`, "{\"team\":\"a\tb\"}", "{\"team\":\"a\x00b\"}", "{\"team\":\"\xff\"}", "{\t\"team\":\"web\"}", `"{}"`,
	} {
		t.Run("leave the rest to others: "+text, func(t *testing.T) {
			_, plain := parsePlainTags([]byte(text))
			require.False(t, plain)
		})
	}
}

func TestPlainTagsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`\{( ?"[a-z\\ü,]{0,3}" ?: ?("[a-z\\{]{0,3}"|1|null)[, ]?){0,3}\}[ x]?`).Draw(t, "text")
		tags, plain := parsePlainTags([]byte(text))
		if !plain {
			return
		}
		var want map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &want), "what is taken for plain is valid")
		require.Equal(t, want, tags)
	})
}

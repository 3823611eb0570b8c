package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestCheckJSON(t *testing.T) {
	for name, text := range map[string]string{
		"an object":                        `{"a":"1","b":{"a":[{"a":null},{"a":1e9}]}}`,
		"a list":                           ` [1, true, "x"] `,
		"a single value":                   `"x"`,
		"names that differ in case":        `{"acme":1,"Acme":2}`,
		"the deepest nesting there may be": strings.Repeat("[", deepestJSON) + strings.Repeat("]", deepestJSON),
	} {
		t.Run(name+" passes", func(t *testing.T) { require.NoError(t, checkJSON([]byte(text))) })
	}
	for name, c := range map[string]struct{ text, pointer, message string }{
		"two values":                        {`{"a":1}{}`, "", "exactly one value"},
		"words after the value":             {`{"a":1} x`, "", "exactly one value"},
		"a name given twice":                {`{"amount":"7","amount":"8"}`, "/amount", `"amount" is given twice`},
		"a name given twice within a list":  {`{"pools":[{"id":"a"},{"id":"a","id":"b"}]}`, "/pools/1/id", `"id" is given twice`},
		"a name spelt in two ways":          {`{"a/b":1,"\u0061/b":2}`, "/a~1b", `"a/b" is given twice`},
		"a name that is only equal decoded": {"{\"é\":1,\"\\u00e9\":2}", "/é", "is given twice"},
		"an object cut off":                 {`{"a":`, "/a", "ends within a value"},
		"nothing but space":                 {` `, "", "ends within a value"},
		"a trailing comma":                  {`{"a":1,}`, "", "no JSON"},
		"text that is not UTF-8":            {"{\"a\":\"\xff\"}", "", "not UTF-8"},
		"nesting without end":               {strings.Repeat("[", 100_000), "", "nested deeper than 64"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			err := checkJSON([]byte(c.text))
			require.ErrorContains(t, err, c.message)
			var coded *fault.Error
			require.ErrorAs(t, err, &coded)
			require.Equal(t, fault.InvalidInput, coded.Code)
			if c.message != "nested deeper than 64" {
				require.Equal(t, c.pointer, coded.Fields[0].Pointer)
			}
		})
	}
}

// FuzzCheckJSON: what passes is one JSON value that means the same to every reader; what is refused is
// refused as bad input.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":1,"a":2}`, `{}{}`, `[{"a":[]}]`, `{"\u0061":1,"a":2}`, "\"\xff\"", `nul`, `[[[[`, `{"a":1,}`, ` 1 `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := checkJSON(text)
		if err != nil {
			if !fault.Is(err, fault.InvalidInput) {
				t.Fatalf("an error without the code of bad input: %v", err)
			}
			return
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatalf("%q passed, but is no JSON: %v", text, err)
		}
		written, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := countNames(t, written), countNames(t, text); got != want {
			t.Fatalf("%q passed with %d names, of which %d count", text, want, got)
		}
	})
}

// countNames counts names of objects by their colons outside of strings.
func countNames(t *testing.T, text []byte) int {
	t.Helper()
	names, quoted, escaped := 0, false, false
	for _, letter := range text {
		switch {
		case escaped:
			escaped = false
		case quoted && letter == '\\':
			escaped = true
		case letter == '"':
			quoted = !quoted
		case letter == ':' && !quoted:
			names++
		}
	}
	return names
}

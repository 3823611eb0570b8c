package document_test

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func parse(t *testing.T, text string) document.Value {
	t.Helper()
	value, err := document.ParseString(text)
	require.NoError(t, err)
	return value
}

func TestParse(t *testing.T) {
	t.Run("keeps every digit of a number", func(t *testing.T) {
		assert.Equal(t, "9007199254740993", parse(t, "9007199254740993").Text())
	})
	t.Run("orders keys and keeps the last of a repeated one", func(t *testing.T) {
		assert.Equal(t, `{"a":3,"b":2}`, parse(t, ` {"b":1, "a":[] ,"b":2,"a":3} `).String())
		long := `{"` + strings.Repeat(`k":1,"`, 20) + `k":2}`
		assert.Equal(t, `{"k":2}`, parse(t, long).String())
	})
	t.Run("tells missing, null and empty apart", func(t *testing.T) {
		value := parse(t, `{"null":null,"text":"","list":[],"object":{}}`)
		assert.True(t, value.Get("absent").IsMissing())
		assert.True(t, value.Get("null").IsNull())
		for _, key := range []string{"text", "list", "object"} {
			assert.True(t, value.Get(key).IsEmpty(), key)
			assert.False(t, value.Get(key).IsNull(), key)
		}
	})
	t.Run("reads escapes", func(t *testing.T) {
		assert.Equal(t, "a\"\\/\b\f\n\r\t\u00e9\U0001F600\ufffd", parse(t, `"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\ud83d"`).Text())
	})
	for text, want := range map[string]string{
		"":                           "line 1, column 1: the document ends where a value is expected",
		"{\n \"a\" 1}":               "line 2, column 6: a colon is expected after the key",
		"{\"a\":1,}":                 "line 1, column 8: a key in quotes is expected",
		"[1 2]":                      "line 1, column 4: a comma or ] is expected",
		"{\"a\":1 2}":                "line 1, column 8: a comma or } is expected",
		"[01]":                       "line 1, column 3: a comma or ] is expected",
		"-":                          "line 1, column 1: this is no JSON number",
		"1e2147483648":               "line 1, column 1: the exponent of the number is beyond 1000000000",
		"nul":                        "line 1, column 1: a value cannot begin with 'n'",
		`"a`:                         "line 1, column 3: a text is not closed",
		`"\x"`:                       "line 1, column 2: this is no JSON escape",
		"\"a\nb\"":                   "line 1, column 3: a control character must be escaped within a text",
		"1 1":                        "line 1, column 3: there is something after the end of the document",
		"\"\xff\"":                   "the document is not valid UTF-8; save it as UTF-8",
		strings.Repeat("[", 1000000): "nests deeper than 512 levels",
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			_, err := document.ParseString(text)
			require.ErrorContains(t, err, want)
			assert.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}

func TestNumbersAreEqualByTheirExactValue(t *testing.T) {
	for _, same := range [][2]string{
		{"1.0", "1"},
		{"1e3", "1000"},
		{"1E+3", "1000.000"},
		{"-0", "0"},
		{"0.10", "1e-1"},
		{"-1.50", "-15e-1"},
		{"100", "1e2"},
		{"0e5", "0.000"},
		{"123.456", "123456e-3"},
	} {
		assert.True(t, document.EqualNumbers(same[0], same[1]), same)
		assert.Equal(t, document.NumberKey(same[0]), document.NumberKey(same[1]), same)
	}
	for _, different := range [][2]string{
		{"9007199254740993", "9007199254740992"}, {"1", "-1"}, {"1e999999999", "1e999999998"}, {"0.1", "0.10000000000000001"}, {"10", "1"},
	} {
		assert.False(t, document.EqualNumbers(different[0], different[1]), different)
		assert.NotEqual(t, document.NumberKey(different[0]), document.NumberKey(different[1]), different)
	}
}

func TestCanonicalNumber(t *testing.T) {
	for _, text := range []string{"0", "8080", "-1", "1.5", "0.05", "9007199254740993"} {
		assert.True(t, document.CanonicalNumber(text), text)
	}
	for _, text := range []string{"", "-", "007", "1.10", "1.0", "1e3", "+1", "-0", ".5", "5.", " 1", "1 ", "0x1f", "1_0", "-0.0"} {
		assert.False(t, document.CanonicalNumber(text), text)
	}
}

func TestBuiltValuesAreTheParsedOnes(t *testing.T) {
	number, err := document.NumberValue("1e3")
	require.NoError(t, err)
	built := document.ObjectValue(
		document.Member{Key: "b", Value: document.ArrayValue(number, document.Value{}, document.BoolValue(true))},
		document.Member{Key: "left out"},
		document.Member{Key: "a", Value: document.TextValue("x")},
	)
	assert.True(t, document.Equal(built, parse(t, `{"a":"x","b":[1000,null,true]}`)))
	_, err = document.NumberValue("1x")
	assert.True(t, fault.Is(err, fault.InvalidInput))
	assert.Equal(t, 4, built.Leaves())
}

// FuzzParse checks the decoder against encoding/json: what both take has the same meaning, and
// writing it out and reading it back changes nothing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.50,null,"x\u00e9\ud83d"],"b":{"a":true},"a":0}`, `[-0.0e+2]`, `"\/"`, ` nul`, `{"":{}}`} {
		f.Add([]byte(seed))
	}
	var reused document.Decoder
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := document.Parse(text)
		into, intoErr := reused.DecodeString(string(text))
		require.Equal(t, err == nil, intoErr == nil)
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.UseNumber()
		var reference any
		referenceErr := decoder.Decode(&reference)
		if err != nil {
			return
		}
		require.NoError(t, referenceErr)
		same(t, reference, value)
		require.True(t, document.Equal(value, into))
		fieldByField(t, string(text), value)
		again, err := document.Parse(value.AppendJSON(nil))
		require.NoError(t, err)
		require.True(t, document.Equal(value, again))
	})
}

// fieldByField takes an object apart by Fields and finds what decoding the whole of it found.
func fieldByField(t *testing.T, text string, whole document.Value) {
	t.Helper()
	if whole.Kind() != document.Object {
		return
	}
	last := map[string]string{}
	require.True(t, document.Fields(text, func(key string, value document.Field) bool {
		last[key] = value.Text()
		return true
	}))
	texts := map[string]string{}
	var decoder document.Decoder
	require.True(t, document.Fields(text, func(key string, value document.Field) bool {
		decoded, err := value.Decode(&decoder)
		require.NoError(t, err)
		texts[key] = decoded.String()
		return true
	}))
	for key, text := range last {
		require.Equal(t, parse(t, text).String(), texts[key])
	}
	require.Len(t, last, whole.Len())
	for key, value := range last {
		require.True(t, document.Equal(parse(t, value), whole.Get(key)), key)
	}
}

func TestFieldsEndsWhereNobodyWantsMore(t *testing.T) {
	seen := 0
	assert.True(t, document.Fields(`{"a":1,"b":2`, func(string, document.Field) bool { seen++; return false }))
	assert.Equal(t, 1, seen)
	assert.False(t, document.Fields(`{"a":1,"b":2`, func(string, document.Field) bool { return true }))
}

func TestADecoderUsesItsMemoryAgain(t *testing.T) {
	var decoder document.Decoder
	for _, text := range []string{`{"a":[1,2,3]}`, `"x"`, `{"b":{"c":null}}`, `[]`} {
		value, err := decoder.DecodeString(text)
		require.NoError(t, err)
		assert.Equal(t, text, value.String())
	}
	_, err := decoder.DecodeString(`{"a"`)
	require.Error(t, err)
}

func same(t *testing.T, want any, got document.Value) {
	t.Helper()
	switch want := want.(type) {
	case nil:
		require.True(t, got.IsNull())
	case bool:
		require.Equal(t, want, got.Bool())
	case string:
		require.Equal(t, want, got.Text())
	case json.Number:
		require.Equal(t, want.String(), got.Text())
		if len(want) < 8 {
			exact, _ := new(big.Rat).SetString(want.String())
			key, _ := new(big.Rat).SetString("0" + strings.TrimPrefix(document.NumberKey(got.Text()), "-"))
			require.Zero(t, exact.Abs(exact).Cmp(key), want)
		}
	case []any:
		require.Equal(t, len(want), got.Len())
		for i := range want {
			same(t, want[i], got.At(i))
		}
	case map[string]any:
		require.Equal(t, len(want), got.Len())
		for key := range want {
			same(t, want[key], got.Get(key))
		}
	}
}

package infra_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func TestApply(t *testing.T) {
	for _, c := range []struct {
		name, before string
		changes      []infra.Change
		after        string
	}{
		{"sets a value", `{"a":1,"b":2}`, []infra.Change{set("a", "3")}, `{"a":3,"b":2}`},
		{"keeps numbers to the digit", `{"n":9007199254740993,"m":1.10}`, []infra.Change{set("a", "1e400")}, `{"a":1e400,"m":1.10,"n":9007199254740993}`},
		{"leaves text as people read it", `{"a":"<b>&"}`, []infra.Change{set("c", `"<"`)}, `{"a":"<b>&","c":"<"}`},
		{"makes objects on the way", `{}`, []infra.Change{set("a.b.c", "1")}, `{"a":{"b":{"c":1}}}`},
		{"makes a list on the way", `{}`, []infra.Change{set("a[0].b", "1")}, `{"a":[{"b":1}]}`},
		{"makes an object of null", `{"a":null}`, []infra.Change{set("a.b", "1")}, `{"a":{"b":1}}`},
		{"writes null, which is not the same as nothing", `{}`, []infra.Change{set("a", "null")}, `{"a":null}`},
		{"removes a key", `{"a":1,"b":2}`, []infra.Change{remove("a")}, `{"b":2}`},
		{"removes what is not there", `{"b":2}`, []infra.Change{remove("a"), remove("c.d.e")}, `{"b":2}`},
		{"removes nothing of null", `{"a":null}`, []infra.Change{remove("a.b")}, `{"a":null}`},
		{"changes an element", `{"l":[1,2,3]}`, []infra.Change{set("l[1]", "9")}, `{"l":[1,9,3]}`},
		{"appends", `{"l":[1]}`, []infra.Change{set("l[2]", "3"), set("l[1]", "2")}, `{"l":[1,2,3]}`},
		{"removes elements by their place before any was removed", `{"l":[0,1,2,3,4]}`, []infra.Change{remove("l[1]"), remove("l[3]"), set("l[4]", "9")}, `{"l":[0,2,9]}`},
		{"counts places beyond nine as numbers", `{"l":[0,1,2,3,4,5,6,7,8,9,10,11]}`, []infra.Change{remove("l[2]"), remove("l[10]")}, `{"l":[0,1,3,4,5,6,7,8,9,11]}`},
		{"puts another configuration in place", `{"a":1}`, []infra.Change{set("", `{"b":2}`)}, `{"b":2}`},
		{"begins where there is nothing", "", []infra.Change{set("a", "1"), set("b.c", "2")}, `{"a":1,"b":{"c":2}}`},
		{"takes a configuration away", `{"a":1}`, []infra.Change{remove("")}, ""},
		{"removes nothing from nothing", "", []infra.Change{remove("a")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := document(c.before)
			after, err := infra.Apply(before, c.changes)
			require.NoError(t, err)
			require.Equal(t, c.after, string(after))
			require.Equal(t, c.before, string(before), "the configuration given stays as it is")
		})
	}
	for _, c := range []struct {
		name, before string
		change       infra.Change
	}{
		{"an index beyond the end", `{"l":[1]}`, set("l[2]", "1")},
		{"removal of an element that is not there", `{"l":[1]}`, remove("l[1]")},
		{"removal within an element that is not there", `{"l":[1]}`, remove("l[1].a")},
		{"a key of a list", `{"l":[1]}`, set("l.a", "1")},
		{"an index of an object", `{"o":{}}`, set("o[0]", "1")},
		{"a key of a text", `{"s":"x"}`, set("s.a", "1")},
		{"a configuration that is a list", `{}`, set("", "[]")},
		{"a configuration that is null", `{}`, set("", "null")},
	} {
		t.Run("refuses "+c.name, func(t *testing.T) {
			_, err := infra.Apply(document(c.before), []infra.Change{c.change})
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		})
	}
	t.Run("tells no value when it refuses", func(t *testing.T) {
		_, err := infra.Apply(document(`{"s":"hunter2-hunter2"}`), []infra.Change{set("s.a", `"topsecret"`)})
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
		require.NotContains(t, err.Error(), "topsecret")
	})
}

func TestChangesOf(t *testing.T) {
	changes := infra.ChangesOf(map[string]json.RawMessage{"l[10]": document("1"), "l[2]": document("null"), "a": document(`"x"`)})
	require.Equal(t, []infra.Change{set("a", `"x"`), remove("l[2]"), set("l[10]", "1")}, changes)
}

func document(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

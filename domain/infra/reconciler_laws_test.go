package infra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// value draws a small JSON document.
func value(t *rapid.T, depth int) any {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return rapid.IntRange(0, 3).Draw(t, "number")
	case 1:
		return rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "text")
	case 2:
		return rapid.Bool().Draw(t, "boolean")
	case 3:
		return nil
	case 4:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, value(t, depth-1))
		}
		return list
	default:
		return object(t, depth)
	}
}

func object(t *rapid.T, depth int) map[string]any {
	drawn := map[string]any{}
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c.d", "e"}), 0, 4, rapid.ID).Draw(t, "keys") {
		drawn[key] = value(t, depth-1)
	}
	return drawn
}

func configuration(t *rapid.T) json.RawMessage {
	text, err := json.Marshal(object(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// changesFor draws changes that may lead nowhere or overlap; those who use them must expect that.
func changesFor(t *rapid.T) []infra.Change {
	paths := []string{"a", "b", `["c.d"]`, "e", "a.a", "a.b", "a[0]", "a[1]", "b.e.a", `["c.d"].b`, "e[0].a"}
	var changes []infra.Change
	for _, path := range rapid.SliceOfNDistinct(rapid.SampledFrom(paths), 1, 4, rapid.ID).Draw(t, "paths") {
		change := infra.Change{Path: path, Remove: rapid.Bool().Draw(t, "remove")}
		if !change.Remove {
			text, err := json.Marshal(value(t, 2))
			if err != nil {
				t.Fatal(err)
			}
			change.Value = text
		}
		changes = append(changes, change)
	}
	return changes
}

// world is a few resources that depend on each other, and actions on some of them, bound to a version
// or not.
func world(t *rapid.T, bound bool) (*cloud, []infra.Action, map[string]string) {
	c := &cloud{StateManager: newManager(newMemory())}
	drawn := edges(t, false)
	order, err := graphOf(drawn).Order()
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	var actions []infra.Action
	for _, id := range order {
		text := configuration(t)
		resource := infra.Resource{ID: id, Type: "t", Desired: text, Actual: text, DependsOn: drawn[id]}
		if _, _, err := c.StateManager.Create(context.Background(), resource, infra.Write{}); err != nil {
			t.Fatal(err)
		}
		before[id] = string(text)
		changes := changesFor(t)
		action := infra.Action{Type: infra.ActionUpdate, ResourceID: id, Changes: changes}
		if bound {
			action.Version = 1
		}
		if _, err := infra.Apply(text, changes); err == nil && action.Check() == nil && rapid.Bool().Draw(t, "acted on") {
			actions = append(actions, action)
		}
	}
	return c, actions, before
}

// trouble fails writes as drawn: refused before they take effect, or their answer lost after it.
func trouble(t *rapid.T, c *cloud, most int) {
	errs := []error{nil, nil, nil, outage, fault.New(fault.PreconditionFailed, "another version"), fault.New(fault.Upstream, "no")}
	hook := func(string, string) error {
		if most == 0 {
			return nil
		}
		err := rapid.SampledFrom(errs).Draw(t, "trouble")
		if err != nil {
			most--
		}
		return err
	}
	c.before = hook
	c.after = func(verb, id string) error {
		err := hook(verb, id)
		if fault.Is(err, fault.PreconditionFailed) {
			return nil // no service refuses what it has done
		}
		return err
	}
}

func (c *cloud) running(t *rapid.T, id string) string {
	resource, err := c.Resource(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return string(resource.Actual)
}

// same compares documents by meaning.
func sameJSON(t *rapid.T, a, b string) bool {
	var left, right any
	if json.Unmarshal([]byte(a), &left) != nil || json.Unmarshal([]byte(b), &right) != nil {
		t.Fatalf("%s or %s is no JSON", a, b)
	}
	return fmt.Sprint(left) == fmt.Sprint(right)
}

// TestReconcileLaws draws worlds and trouble. What is done is as it was to be, to the byte of what the
// changes say; what is not done is as it was before, unless the result says that it could not be
// taken back; and when the trouble is over, the same run gets through.
func TestReconcileLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := rapid.Bool().Draw(t, "bound")
		c, actions, before := world(t, bound)
		wanted := map[string]string{}
		for _, action := range actions {
			text, err := infra.Apply(json.RawMessage(before[action.ResourceID]), action.Changes)
			if err != nil {
				t.Fatal(err)
			}
			wanted[action.ResourceID] = string(text)
		}
		r := newReconciler(c)
		r.Limits.Failures = 100
		trouble(t, c, rapid.IntRange(0, 12).Draw(t, "failures"))
		result, err := r.Reconcile(context.Background(), run("law", actions...))
		if len(result.Outcomes) != len(actions) {
			t.Fatalf("%d outcomes of %d actions: %v", len(result.Outcomes), len(actions), err)
		}
		clean := true
		for _, outcome := range result.Outcomes {
			now := c.running(t, outcome.ResourceID)
			switch outcome.Status {
			case infra.StatusDone, infra.StatusUnchanged:
				if !sameJSON(t, wanted[outcome.ResourceID], now) {
					t.Fatalf("%+v, but it runs %s and not %s", outcome, now, wanted[outcome.ResourceID])
				}
			case infra.StatusRollbackFailed:
				clean = false
			default:
				if !sameJSON(t, before[outcome.ResourceID], now) {
					t.Fatalf("%+v, but it runs %s and not %s", outcome, now, before[outcome.ResourceID])
				}
			}
		}
		if clean && (err == nil) != (result.Count(infra.StatusDone)+result.Count(infra.StatusUnchanged) == len(actions)) {
			t.Fatalf("%v with %+v", err, result)
		}
		for id, text := range before {
			if _, acted := result.Of(id); !acted && c.running(t, id) != text {
				t.Fatalf("%s was no part of the run and changed", id)
			}
		}
		c.before, c.after = nil, nil
		if !clean {
			return
		}
		again, err := r.Reconcile(context.Background(), run("law", actions...))
		if bound && again.Count(infra.StatusStale) > 0 {
			return // nobody knows that nobody else wrote in between, so people have to look again
		}
		if err != nil {
			t.Fatalf("with the trouble gone: %v, %+v after %+v", err, again, result)
		}
		for id, text := range wanted {
			if !sameJSON(t, text, c.running(t, id)) {
				t.Fatalf("%s runs %s and not %s", id, c.running(t, id), text)
			}
		}
	})
}

// TestApplyLaws holds whatever is drawn.
func TestApplyLaws(t *testing.T) {
	t.Run("changes that are made leave what they say", rapid.MakeCheck(func(t *rapid.T) {
		document, changes := configuration(t), changesFor(t)
		after, err := infra.Apply(document, changes)
		if err != nil {
			if !fault.Is(err, fault.InvalidInput) {
				t.Fatal(err)
			}
			return
		}
		var sets []infra.Change
		removals := false
		for _, change := range changes {
			if removals = removals || change.Remove; !change.Remove {
				sets = append(sets, change)
			}
		}
		if removals {
			return // removals from lists move what other changes set
		}
		again, err := infra.Apply(after, sets)
		if err != nil || string(again) != string(after) {
			t.Fatalf("%s became %s, and then %s: %v", document, after, again, err)
		}
	}))
	t.Run("the order in which changes are given means nothing", rapid.MakeCheck(func(t *rapid.T) {
		document, changes := configuration(t), changesFor(t)
		one, errOne := infra.Apply(document, changes)
		two, errTwo := infra.Apply(document, rapid.Permutation(changes).Draw(t, "order"))
		if (errOne == nil) != (errTwo == nil) || string(one) != string(two) {
			t.Fatalf("%s and %s (%v, %v)", one, two, errOne, errTwo)
		}
	}))
}

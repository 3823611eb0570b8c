package remediation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// lawRules make some places of a configuration untouchable, and a list a set.
var lawRules = drift.Rules{
	Ignore:      []drift.IgnoreRule{{Scope: at("ignored"), Reason: "somebody else's"}, {Scope: at("set[*].id"), Reason: "the provider's own"}},
	Sensitive:   []drift.SensitiveRule{{Scope: at("secret")}},
	WriteOnly:   []drift.WriteOnlyRule{{Scope: at("written")}},
	Severity:    []drift.SeverityRule{{Scope: at("grave"), Severity: drift.Security}},
	Collections: []drift.CollectionRule{{Scope: at("set"), As: drift.Multiset}},
}

// untouchable are the places that no change by itself may alter.
var untouchable = []string{"ignored", "secret", "written", "grave"}

// side draws a configuration of a few places, each of which may be missing.
func side(t *rapid.T, name string) map[string]any {
	config := map[string]any{"always": "there"}
	for _, key := range append([]string{"plain", "other"}, untouchable...) {
		if rapid.Float64().Draw(t, name+" "+key) < 0.7 {
			config[key] = rapid.SampledFrom([]string{"one-value", "another-value"}).Draw(t, name+" "+key+" value")
		}
	}
	var set []any
	for range rapid.IntRange(0, 3).Draw(t, name+" size") {
		element := map[string]any{"port": rapid.IntRange(1, 3).Draw(t, name+" port"), "name": rapid.SampledFrom([]string{"a", "b"}).Draw(t, name+" name")}
		if name == "actual" {
			element["id"] = rapid.StringMatching("[a-z]{8}").Draw(t, "id")
		}
		set = append(set, element)
	}
	config["set"] = set
	return config
}

func text(config map[string]any) string {
	written, err := json.Marshal(config)
	if err != nil {
		panic(err) // texts, numbers, lists and maps
	}
	return string(written)
}

func drawn(t *rapid.T) (infra.Resource, *remediation.Planner) {
	return resourceOf(text(side(t, "desired")), text(side(t, "actual"))), plannerOf(new(testing.T), lawRules)
}

func values(t require.TestingT, configuration json.RawMessage) map[string]any {
	var config map[string]any
	require.NoError(t, json.Unmarshal(configuration, &config))
	return config
}

func TestLawWhatGoesAloneTouchesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resource, planner := drawn(t)
		plan, _, err := planner.Plan(enforced(resource))
		require.NoError(t, err)
		if plan == nil || !plan.Automatic {
			return
		}
		after, err := infra.Apply(resource.Actual, plan.Revert.Actions()[0].Changes)
		require.NoError(t, err)
		before, now := values(t, resource.Actual), values(t, after)
		for _, key := range untouchable {
			require.Equal(t, before[key], now[key], key)
		}
		require.True(t, plan.Revert.Effect == remediation.Narrows || plan.Revert.Effect == remediation.Unchanged)
	})
}

func TestLawAPlanSettlesWhatItSaysAndNothingNew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resource, planner := drawn(t)
		mode := rapid.SampledFrom([]driftwatch.Mode{driftwatch.Enforce, driftwatch.Propose}).Draw(t, "mode")
		plan, _, err := planner.Plan(remediation.Draft{Resource: resource, Mode: mode})
		require.NoError(t, err)
		if plan == nil {
			return
		}
		found, err := planner.Comparer.ScanResource(resource)
		require.NoError(t, err)
		for _, direction := range []approval.Direction{approval.Revert, approval.Accept} {
			option := plan.In(direction)
			if !option.Possible {
				continue
			}
			action := option.Actions()[0]
			after, err := infra.Apply(resource.Configuration(action.Side), action.Changes)
			require.NoError(t, err)
			left, err := planner.Comparer.ScanResource(resource.With(action.Side, after))
			require.NoError(t, err)
			require.LessOrEqual(t, len(left), len(found)-len(plan.Changes), "%s of %v leaves %v", direction, plan.Changes, left)
			require.Equal(t, values(t, resource.Actual)["ignored"], values(t, pick(resource, action.Side, after))["ignored"])
		}
	})
}

// pick is what runs after a side was changed.
func pick(resource infra.Resource, side infra.Side, after json.RawMessage) json.RawMessage {
	return resource.With(side, after).Actual
}

func TestLawPlanningAgainGivesTheSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resource, planner := drawn(t)
		hash := func() string {
			plan, _, err := planner.Plan(enforced(resource))
			require.NoError(t, err)
			if plan == nil {
				return ""
			}
			hash, err := plan.Hash()
			require.NoError(t, err)
			return hash
		}
		first := hash()
		require.Equal(t, first, hash())
	})
}

func TestLawMendingComesToAnEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resource, planner := drawn(t)
		for range 20 {
			plan, _, err := planner.Plan(enforced(resource))
			require.NoError(t, err)
			if plan == nil || !plan.Automatic {
				return
			}
			after, err := infra.Apply(resource.Actual, plan.Revert.Actions()[0].Changes)
			require.NoError(t, err)
			resource.Actual = after
			resource.Version++
		}
		t.Fatal("it goes on mending for ever")
	})
}

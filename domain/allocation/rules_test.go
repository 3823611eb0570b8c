package allocation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

func TestRuleRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		rule    allocation.AllocationRule
		message string
	}{
		"weights that do not sum to 1": {
			rule(allocation.StrategyProportional, weighed("compute=0.7 storage=0.31")),
			`pool "pool" cannot be split: the weights sum to 1.01; they must sum to 1`,
		},
		"no weights": {
			rule(allocation.StrategyProportional, weighed("")),
			`pool "pool" cannot be split: the weights sum to 0; they must sum to 1`,
		},
		"a weight of an unknown category": {
			rule(allocation.StrategyProportional, weighed("memory=1")),
			`pool "pool" cannot be split: a weight names an unknown category: category "memory" is none of compute, storage, network, shared, reserved, support`,
		},
		"a negative weight": {
			rule(allocation.StrategyProportional, weighed("compute=1.5 storage=-0.5")),
			`pool "pool" cannot be split: the weight of storage is -0.5; weights are not negative`,
		},
		"an unknown strategy": {
			rule("random"), `pool "pool" has an unknown strategy: strategy "random" is none of proportional, equal, tiered, custom`,
		},
		"an unknown category": {
			rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.Category = "coffee" }),
			`pool "pool" has an unknown category: category "coffee" is none of compute, storage, network, shared, reserved, support`,
		},
		"an unknown on_no_driver": {
			rule(allocation.StrategyEqual, noDriver("shrug")),
			`pool "pool" has an unknown on_no_driver: on_no_driver "shrug" is none of equal, residual, error`,
		},
		"an unusable pool id": {
			rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.PoolID = "direct:compute" }),
			`pool id "direct:compute" is not usable: id "direct:compute" is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -`,
		},
		"an end before the beginning": {
			rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.EffectiveFrom, r.EffectiveUntil = at(3), at(2) }),
			`pool "pool" is never in effect: effective_from 2026-09-03T00:00:00Z is not before effective_until 2026-09-02T00:00:00Z`,
		},
		"an empty time": {
			rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.EffectiveFrom, r.EffectiveUntil = at(3), at(3) }),
			`pool "pool" is never in effect: effective_from 2026-09-03T00:00:00Z is not before effective_until 2026-09-03T00:00:00Z`,
		},
		"a negative tenant weight": {
			rule(allocation.StrategyCustom, func(r *allocation.AllocationRule) { r.TenantWeights = weights[string]("a=-1") }),
			`pool "pool" gives tenant "a" the negative weight -1`,
		},
		"an unknown plan": {
			rule(allocation.StrategyTiered, func(r *allocation.AllocationRule) { r.TierMultipliers = weights[tenancy.Plan]("gold=1") }),
			`pool "pool" has a multiplier for no plan: plan "gold" is none of free, standard, premium, enterprise`,
		},
		"a negative multiplier": {
			rule(allocation.StrategyTiered, func(r *allocation.AllocationRule) { r.TierMultipliers = weights[tenancy.Plan]("free=-1") }),
			`pool "pool" gives plan free the negative multiplier -1`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.rule.Validate()
			require.EqualError(t, err, test.message)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestMappingRefuses(t *testing.T) {
	type entry = allocation.MappingEntry
	for name, test := range map[string]struct {
		entry   entry
		message string
	}{
		"no target":            {entry{}, "mapping entry 1 is not usable: it leads to 0 targets; give exactly one of tenant, pool, account"},
		"two targets":          {entry{Tenant: "a", Pool: "b"}, "mapping entry 1 is not usable: it leads to 2 targets; give exactly one of tenant, pool, account"},
		"an unknown account":   {entry{Account: "@elsewhere"}, `mapping entry 1 is not usable: account "@elsewhere" is none of @unallocated, @untagged, @unowned, @departed, @unused-commitment, @prepaid, @variance, @rounding`},
		"an unusable tenant":   {entry{Tenant: "a b"}, `mapping entry 1 is not usable: id "a b" is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -`},
		"an unknown field":     {entry{Tenant: "{region}"}, `mapping entry 1 is not usable: field {region} is none of {sub_account_id}, {sub_account_name}, {resource_id}, {tag:KEY}, {owner}`},
		"a field without end":  {entry{Tenant: "x-{tag:team"}, `mapping entry 1 is not usable: tenant "x-{tag:team" opens a field that it does not close`},
		"a tag without key":    {entry{Tenant: "{tag: }"}, `mapping entry 1 is not usable: field {tag: } is none of {sub_account_id}, {sub_account_name}, {resource_id}, {tag:KEY}, {owner}`},
		"a glob without end":   {entry{Service: allocation.Patterns{"a["}, Tenant: "a"}, `mapping entry 1 is not usable: "a[" is not a valid glob`},
		"a misspelt category":  {entry{ChargeCategory: allocation.Patterns{"Tax", "Taxes"}, Tenant: "a"}, `mapping entry 1 is not usable: charge_category "Taxes" matches none of the charge categories of FOCUS: Usage, Purchase, Tax, Credit, Adjustment`},
		"a tag's broken glob":  {entry{Tag: map[string]allocation.Patterns{"t": {"{a"}}, Tenant: "a"}, `mapping entry 1 is not usable: "{a" is not a valid glob`},
		"an unusable pool":     {entry{Pool: "@pool"}, `mapping entry 1 is not usable: id "@pool" is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -`},
		"a reserved-less name": {entry{Account: "acme"}, `mapping entry 1 is not usable: account "acme" is none of @unallocated, @untagged, @unowned, @departed, @unused-commitment, @prepaid, @variance, @rounding`},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, to(test.entry).Validate(), test.message)
		})
	}
}

func TestRuleSetRefuses(t *testing.T) {
	span := func(from, until int, name string) allocation.AllocationRule {
		return rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) {
			r.Name = name
			if from > 0 {
				r.EffectiveFrom = at(from)
			}
			if until > 0 {
				r.EffectiveUntil = at(until)
			}
		})
	}
	set := func(rules ...allocation.AllocationRule) error {
		var versions []allocation.RuleVersion
		for i, r := range rules {
			v, err := allocation.NewPoolVersion([]string{"first", "second", "third"}[i], 1, r, "", at(1))
			require.NoError(t, err)
			versions = append(versions, v)
		}
		_, err := allocation.NewRuleSet(versions)
		return err
	}
	t.Run("overlapping rules, naming both", func(t *testing.T) {
		require.EqualError(t, set(span(1, 10, "Old"), span(9, 0, "New")),
			"rule first version 1 (Old) from 2026-09-01T00:00:00Z until 2026-09-10T00:00:00Z and rule second version 1 (New) from 2026-09-09T00:00:00Z "+
				"are both about pool \"pool\" and overlap in time; end one before the other begins")
	})
	t.Run("two rules for good", func(t *testing.T) {
		require.EqualError(t, set(span(0, 0, ""), span(0, 0, "")),
			"rule first version 1 and rule second version 1 are both about pool \"pool\" and overlap in time; end one before the other begins")
	})
	t.Run("an overlap that lies between others", func(t *testing.T) {
		require.ErrorContains(t, set(span(10, 20, "B"), span(1, 10, "A"), span(15, 0, "C")), "rule first version 1 (B)")
	})
	t.Run("rules that follow each other fit", func(t *testing.T) {
		require.NoError(t, set(span(10, 20, ""), span(1, 10, ""), span(20, 0, "")))
	})
	t.Run("a mapping to a pool without a rule", func(t *testing.T) {
		m, err := allocation.NewMappingVersion("m", 1, to(allocation.MappingEntry{Pool: "nowhere"}), "", at(1))
		require.NoError(t, err)
		_, err = allocation.NewRuleSet([]allocation.RuleVersion{m, version(t, rule(allocation.StrategyEqual))})
		require.EqualError(t, err, `mapping entry 1 leads to pool "nowhere", which has no rule; its pools are pool`)
	})
	t.Run("a mapping beside others to a pool without a rule, naming it", func(t *testing.T) {
		m, err := allocation.NewMappingVersion("m", 1, to(allocation.MappingEntry{Pool: "nowhere"}), "", at(1))
		require.NoError(t, err)
		other, err := allocation.NewMappingVersion("n", 1, allocation.Mapping{}, "", at(1))
		require.NoError(t, err)
		_, err = allocation.NewRuleSet([]allocation.RuleVersion{other, m, version(t, rule(allocation.StrategyEqual))})
		require.EqualError(t, err, `rule m version 1 cannot be used: mapping entry 1 leads to pool "nowhere", which has no rule; its pools are pool`)
	})
}

func TestRuleVersionDocument(t *testing.T) {
	original := rule(allocation.StrategyCustom, func(r *allocation.AllocationRule) {
		r.TenantWeights = weights[string]("b=1.10 a=2")
		r.TierMultipliers = weights[tenancy.Plan]("free=0.5")
		r.WeightByCategory = weights[allocation.CostCategory]("compute=1")
		r.EffectiveFrom = at(3)
	})
	stored := version(t, original)
	document, err := stored.Document()
	require.NoError(t, err)

	t.Run("comes back as it was", func(t *testing.T) {
		read := allocation.RuleVersion{RuleID: stored.RuleID, Version: 1, Kind: allocation.RuleKindPool, IsActive: true}
		require.NoError(t, read.DecodeRule(document))
		again, err := read.Document()
		require.NoError(t, err)
		require.JSONEq(t, string(document), string(again))
		require.Equal(t, string(document), string(again))
		require.True(t, read.Pool.IsActive)
	})
	t.Run("a mapping comes back as it was", func(t *testing.T) {
		mapping := allocation.Mapping{Entries: []allocation.MappingEntry{
			{Tag: map[string]allocation.Patterns{"b": {"x"}, "a": {}}, SubAccount: allocation.Patterns{"y", "z"}, Account: "@untagged"},
		}}
		stored, err := allocation.NewMappingVersion("m", 1, mapping, "", at(1))
		require.NoError(t, err)
		document, err := stored.Document()
		require.NoError(t, err)
		read := allocation.RuleVersion{Kind: allocation.RuleKindMapping}
		require.NoError(t, read.DecodeRule(document))
		require.Equal(t, mapping, *read.Mapping)
	})
	t.Run("has another hash when anything is different", func(t *testing.T) {
		changed := original
		changed.EffectiveUntil = at(9)
		require.NotEqual(t, stored.ContentHash, version(t, changed).ContentHash)
		require.Equal(t, stored.ContentHash, version(t, original).ContentHash)
		require.Len(t, stored.ContentHash, 64)
	})
	t.Run("refuses a document that is none", func(t *testing.T) {
		read := allocation.RuleVersion{RuleID: "r", Version: 2, Kind: allocation.RuleKindPool}
		require.Equal(t, fault.Tampered, fault.CodeOf(read.DecodeRule([]byte("{"))))
		read.Kind = "poem"
		require.EqualError(t, read.DecodeRule(document), `rule r version 2 is of the unknown kind "poem"`)
	})
}

func TestSupersede(t *testing.T) {
	now := at(20)
	first := version(t, rule(allocation.StrategyEqual))
	next := version(t, rule(allocation.StrategyTiered))

	t.Run("cuts what is in effect and continues with the next", func(t *testing.T) {
		change, err := allocation.Supersede([]allocation.RuleVersion{first}, next, at(15), "someone", now)
		require.NoError(t, err)
		require.Equal(t, 1, change.Expect)
		require.Equal(t, []int{1}, change.Retire)
		require.Len(t, change.Add, 2)
		require.Equal(t, []int{2, 3}, []int{change.Add[0].Version, change.Add[1].Version})
		require.Equal(t, allocation.StrategyEqual, change.Add[0].Pool.Strategy)
		require.Equal(t, at(15), change.Add[0].Pool.EffectiveUntil)
		require.Equal(t, allocation.StrategyTiered, change.Add[1].Pool.Strategy)
		require.Equal(t, at(15), change.Add[1].Pool.EffectiveFrom)
		_, err = allocation.NewRuleSet(change.Add)
		require.NoError(t, err, "the versions follow each other")
		require.True(t, first.Pool.EffectiveUntil.IsZero(), "the version that was there does not change")
	})
	t.Run("replaces in whole from the beginning of time", func(t *testing.T) {
		change, err := allocation.Supersede([]allocation.RuleVersion{first}, next, time.Time{}, "someone", now)
		require.NoError(t, err)
		require.Equal(t, []int{1}, change.Retire)
		require.Len(t, change.Add, 1)
		require.Equal(t, 2, change.Add[0].Version)
	})
	t.Run("refuses a rule about another pool", func(t *testing.T) {
		other := version(t, rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.PoolID = "other" }))
		_, err := allocation.Supersede([]allocation.RuleVersion{first}, other, at(15), "someone", now)
		require.EqualError(t, err, `rule rule-pool is about pool "pool"; a rule about pool "other" cannot supersede it`)
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
	})
	t.Run("ends a rule", func(t *testing.T) {
		change, err := allocation.End([]allocation.RuleVersion{first}, at(15), "someone", now)
		require.NoError(t, err)
		require.Len(t, change.Add, 1)
		require.Equal(t, at(15), change.Add[0].Pool.EffectiveUntil)
	})
	t.Run("a rule that has not begun never does", func(t *testing.T) {
		later := version(t, rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.EffectiveFrom = at(20) }))
		change, err := allocation.End([]allocation.RuleVersion{later}, at(15), "someone", now)
		require.NoError(t, err)
		require.Equal(t, []int{1}, change.Retire)
		require.Empty(t, change.Add)
	})
	t.Run("refuses to end what has ended", func(t *testing.T) {
		ended := version(t, rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.EffectiveUntil = at(10) }))
		_, err := allocation.End([]allocation.RuleVersion{ended}, at(15), "someone", now)
		require.EqualError(t, err, "rule rule-pool is not in effect at or after 2026-09-15T00:00:00Z")
	})
	t.Run("refuses a rule without versions", func(t *testing.T) {
		_, err := allocation.End(nil, at(15), "someone", now)
		require.Equal(t, fault.NotFound, fault.CodeOf(err))
	})
	t.Run("a mapping is superseded alike", func(t *testing.T) {
		m, err := allocation.NewMappingVersion("m", 4, to(allocation.MappingEntry{Tenant: "a"}), "", at(1))
		require.NoError(t, err)
		change, err := allocation.Supersede([]allocation.RuleVersion{m}, m, at(15), "someone", now)
		require.NoError(t, err)
		require.Equal(t, at(15), change.Add[0].Mapping.EffectiveUntil)
		require.Equal(t, at(15), change.Add[1].Mapping.EffectiveFrom)
		require.Equal(t, 6, change.Add[1].Version)
	})
}

func TestCategoryOfCharge(t *testing.T) {
	for service, want := range map[string]allocation.CostCategory{
		"Compute": "compute", "AI and Machine Learning": "compute", "Storage": "storage", "Databases": "storage",
		"Networking": "network", "Security": "shared", "Management and Governance": "shared", "": "shared", "Support": "support",
	} {
		used := charge.Charge{ServiceCategory: service, ChargeCategory: "Usage", CommitmentDiscountID: "ri-1", CommitmentDiscountStatus: "Used"}
		require.Equal(t, want, allocation.CategoryOfCharge(&used), service)
	}
	bought := charge.Charge{ServiceCategory: "Compute", ChargeCategory: "Purchase"}
	require.Equal(t, allocation.CategoryCompute, allocation.CategoryOfCharge(&bought))
	bought.CommitmentDiscountID = "ri-1"
	require.Equal(t, allocation.CategoryReserved, allocation.CategoryOfCharge(&bought))
	unused := charge.Charge{ServiceCategory: "Compute", ChargeCategory: "Usage", CommitmentDiscountID: "ri-1", CommitmentDiscountStatus: "Unused"}
	require.Equal(t, allocation.CategoryReserved, allocation.CategoryOfCharge(&unused))
}

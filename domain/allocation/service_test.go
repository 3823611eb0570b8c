package allocation_test

import (
	"context"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// platform is every port of the service in memory.
type platform struct {
	allocation.RuleStore
	tenants   []tenancy.Tenant
	charges   []charge.Charge
	usage     []charge.Usage
	ownership []tenancy.Ownership
	rules     []allocation.RuleVersion
	changes   []allocation.RuleChange
}

func (p *platform) Tenants(context.Context) ([]tenancy.Tenant, error) { return p.tenants, nil }

func (p *platform) Ownership(context.Context) ([]tenancy.Ownership, error) { return p.ownership, nil }

func (p *platform) Charges(_ context.Context, from, until time.Time, add func(*charge.Charge) error) error {
	for i := range p.charges {
		if start := p.charges[i].ChargePeriodStart; !start.Before(from) && start.Before(until) {
			if err := add(&p.charges[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *platform) Usage(_ context.Context, _, _ time.Time, add func(charge.Usage) error) error {
	for _, line := range p.usage {
		if err := add(line); err != nil {
			return err
		}
	}
	return nil
}

func (p *platform) Active(context.Context, time.Time, time.Time) ([]allocation.RuleVersion, error) {
	return p.rules, nil
}

func (p *platform) Revise(_ context.Context, change allocation.RuleChange) error {
	p.changes = append(p.changes, change)
	return nil
}

func service(t *testing.T) (*allocation.CostAllocationService, *platform) {
	shared := rule(allocation.StrategyProportional, weighed("compute=0.7 storage=0.3"))
	p := &platform{
		tenants: tenants(t, "a standard", "b premium", "c standard - - 16"),
		charges: []charge.Charge{
			billed("10", account("a"), resource("vm-1")), billed("5", account("a"), resource("vm-2")), billed("1", account("a")),
			billed("7", account("b")), billed("100", account("shared")),
			billed("99", account("a"), func(c *charge.Charge) { c.Currency = "EUR" }),
			billed("55", account("a"), during(at(40), at(41))),
		},
		usage: []charge.Usage{
			{TenantID: "a", Category: "compute", Quantity: decimal.NewFromInt(1)},
			{TenantID: "b", Category: "compute", Quantity: decimal.NewFromInt(1)},
			{TenantID: "b", Category: "storage", Quantity: decimal.NewFromInt(1)},
		},
		ownership: []tenancy.Ownership{{ResourceID: "vm-1", TenantID: "a", ProjectID: "web", From: at(1)}},
		rules: ruleSet(t, allocation.Mapping{Entries: []allocation.MappingEntry{
			{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"}, {Tenant: "{sub_account_id}"},
		}}, shared).Versions(),
	}
	return &allocation.CostAllocationService{
		Tenants: p, Rules: p, Charges: p, Usage: p, Ownership: p, Currency: "USD",
	}, p
}

func TestCalculateTenantAllocation(t *testing.T) {
	ask := func(change ...func(*allocation.TenantQuery)) (allocation.CostAllocationResult, error) {
		s, _ := service(t)
		query := allocation.TenantQuery{TenantID: "a", From: september.Start(), Until: september.End()}
		for _, apply := range change {
			apply(&query)
		}
		return s.CalculateTenantAllocation(t.Context(), query)
	}
	t.Run("breaks a tenant's cost down by category", func(t *testing.T) {
		result, err := ask()
		require.NoError(t, err)
		require.Equal(t, map[string]string{"compute": "16", "shared": "35"}, written(result.Breakdown))
		require.Equal(t, "51", result.TotalAllocated.String())
		require.Equal(t, "lrm-1", result.AllocationMetadata["allocation_version"])
		require.Equal(t, "mapping@1 rule-pool@1", result.AllocationMetadata["rules"])
		require.Equal(t, september.Start(), result.PeriodStart)
		require.NotEmpty(t, result.AllocationID)
	})
	t.Run("breaks it down by project", func(t *testing.T) {
		result, err := ask(func(q *allocation.TenantQuery) { q.By = allocation.ByProject })
		require.NoError(t, err)
		require.Equal(t, map[string]string{"web": "10", "-": "6", "pool:pool": "35"}, written(result.Breakdown))
		require.Equal(t, "51", result.TotalAllocated.String())
	})
	t.Run("breaks it down by resource", func(t *testing.T) {
		result, err := ask(func(q *allocation.TenantQuery) { q.By = allocation.ByResource })
		require.NoError(t, err)
		require.Equal(t, map[string]string{"vm-1": "10", "vm-2": "5", "-": "1", "pool:pool": "35"}, written(result.Breakdown))
	})
	t.Run("uses the rules of the question", func(t *testing.T) {
		result, err := ask(func(q *allocation.TenantQuery) { q.Rules = []allocation.AllocationRule{rule(allocation.StrategyEqual)} })
		require.NoError(t, err)
		require.Equal(t, "40", result.Breakdown["shared"].String())
	})
	t.Run("says when it fell back", func(t *testing.T) {
		result, err := ask(func(q *allocation.TenantQuery) {
			q.Rules = []allocation.AllocationRule{rule(allocation.StrategyProportional, weighed("network=1"))}
		})
		require.NoError(t, err)
		require.Equal(t, "equal", result.AllocationMetadata["fallback:pool"])
	})
	for name, test := range map[string]struct {
		change  func(*allocation.TenantQuery)
		code    fault.Code
		message string
	}{
		"an unknown tenant": {func(q *allocation.TenantQuery) { q.TenantID = "ghost" }, fault.NotFound, `there is no tenant "ghost"`},
		"no period":         {func(q *allocation.TenantQuery) { q.From, q.Until = time.Time{}, time.Time{} }, fault.InvalidInput, "the period has no beginning and no end; give both"},
		"a period backwards": {
			func(q *allocation.TenantQuery) { q.From, q.Until = q.Until, q.From }, fault.InvalidInput,
			"a period from 2026-10-01T00:00:00Z until 2026-09-01T00:00:00Z is none; from must lie before until",
		},
		"an unknown breakdown": {func(q *allocation.TenantQuery) { q.By = "mood" }, fault.InvalidInput, `by "mood" is none of category, project, resource`},
		"rules that do not fit": {
			func(q *allocation.TenantQuery) {
				q.Rules = []allocation.AllocationRule{rule(allocation.StrategyEqual), rule(allocation.StrategyTiered)}
			},
			fault.InvalidInput, "rule query-1 version 1 and rule query-2 version 1 are both about pool \"pool\" and overlap in time; end one before the other begins",
		},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := ask(test.change)
			require.EqualError(t, err, test.message)
			require.Equal(t, test.code, fault.CodeOf(err))
		})
	}
}

func TestAllocateSharedCosts(t *testing.T) {
	ask := func(cost allocation.SharedCost) (map[string]string, error) {
		s, _ := service(t)
		cost.From, cost.Until = september.Start(), september.End()
		parts, err := s.AllocateSharedCosts(t.Context(), cost)
		return written(parts), err
	}
	ten := decimal.RequireFromString("10.01")
	for name, test := range map[string]struct {
		cost allocation.SharedCost
		want map[string]string
	}{
		"by usage of its category by default": {
			allocation.SharedCost{Amount: ten, Category: allocation.CategoryCompute}, map[string]string{"a": "5.01", "b": "5", "c": "0"},
		},
		"by weights": {
			allocation.SharedCost{Amount: ten, Category: allocation.CategoryShared, WeightByCategory: weights[allocation.CostCategory]("compute=0.5 storage=0.5")},
			map[string]string{"a": "2.5", "b": "7.51", "c": "0"},
		},
		"equally, by active time": {
			allocation.SharedCost{Amount: ten, Category: allocation.CategoryShared, Strategy: allocation.StrategyEqual},
			map[string]string{"a": "4.01", "b": "4", "c": "2"},
		},
		"by plan": {
			allocation.SharedCost{Amount: ten, Category: allocation.CategoryShared, Strategy: allocation.StrategyTiered},
			map[string]string{"a": "2.86", "b": "5.72", "c": "1.43"},
		},
		"by weight": {
			allocation.SharedCost{
				Amount: ten, Category: allocation.CategoryShared, Strategy: allocation.StrategyCustom, TenantWeights: weights[string]("b=1"),
			}, map[string]string{"a": "0", "b": "10.01", "c": "0"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ask(test.cost)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
	t.Run("refuses an unknown category", func(t *testing.T) {
		_, err := ask(allocation.SharedCost{Amount: ten, Category: "coffee"})
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("refuses a period that is none", func(t *testing.T) {
		s, _ := service(t)
		_, err := s.AllocateSharedCosts(t.Context(), allocation.SharedCost{Amount: ten, Category: allocation.CategoryShared})
		require.EqualError(t, err, "the period has no beginning and no end; give both")
	})
}

func TestCreateAllocationRule(t *testing.T) {
	s, p := service(t)
	t.Run("stores the first version under an id of its own", func(t *testing.T) {
		id, err := s.CreateAllocationRule(t.Context(), rule(allocation.StrategyEqual), "someone", at(1))
		require.NoError(t, err)
		require.NoError(t, tenancy.CheckID(id))
		require.Len(t, p.changes, 1)
		change := p.changes[0]
		require.Equal(t, id, change.RuleID)
		require.Zero(t, change.Expect)
		require.Equal(t, 1, change.Add[0].Version)
		require.Equal(t, "someone", change.Add[0].CreatedBy)
	})
	t.Run("refuses a rule that is not valid and stores nothing", func(t *testing.T) {
		_, err := s.CreateAllocationRule(t.Context(), rule(allocation.StrategyProportional, weighed("compute=0.7")), "someone", at(1))
		require.EqualError(t, err, `pool "pool" cannot be split: the weights sum to 0.7; they must sum to 1`)
		require.Len(t, p.changes, 1)
	})
}

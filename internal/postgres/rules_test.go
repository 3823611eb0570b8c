package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

var (
	july   = time.Date(2026, time.July, 1, 0, 0, 0, 0, time.UTC)
	august = time.Date(2026, time.August, 1, 0, 0, 0, 0, time.UTC)
)

func poolRule(t *testing.T, ruleID, pool string, from, until time.Time) allocation.RuleVersion {
	t.Helper()
	version, err := allocation.NewPoolVersion(ruleID, 1, allocation.AllocationRule{
		Name: "Network", PoolID: pool, Category: allocation.CategoryNetwork, Strategy: allocation.StrategyCustom,
		TenantWeights: map[string]decimal.Decimal{"acme": decimal.New(3, 0)}, EffectiveFrom: from, EffectiveUntil: until,
	}, "olga", july)
	require.NoError(t, err)
	return version
}

func add(version allocation.RuleVersion) allocation.RuleChange {
	return allocation.RuleChange{RuleID: version.RuleID, Add: []allocation.RuleVersion{version}}
}

func TestRules(t *testing.T) {
	rules := postgres.NewRules(postgrestest.New(t))
	first := poolRule(t, "network", "net", time.Time{}, time.Time{})
	require.NoError(t, rules.Revise(ctx, add(first)))

	t.Run("come back as they were stored", func(t *testing.T) {
		stored, err := rules.Version(ctx, "network", 1)
		require.NoError(t, err)
		require.Equal(t, first, stored)
	})
	t.Run("that are unknown are not found", func(t *testing.T) {
		_, err := rules.Version(ctx, "other", 0)
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = rules.Version(ctx, "network", 7)
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = rules.Versions(ctx, "other")
		require.True(t, fault.Is(err, fault.NotFound))
	})
	t.Run("that overlap another are refused by its name", func(t *testing.T) {
		err := rules.Revise(ctx, add(poolRule(t, "network-2", "net", july, august)))
		require.True(t, fault.Is(err, fault.Conflict))
		require.ErrorContains(t, err, "rule network already is")
	})
	t.Run("of another pool stand beside it", func(t *testing.T) {
		require.NoError(t, rules.Revise(ctx, add(poolRule(t, "logging", "logs", july, august))))
	})
	t.Run("are superseded from an instant on", func(t *testing.T) {
		change, err := allocation.Supersede([]allocation.RuleVersion{first}, poolRule(t, "network", "net", august, time.Time{}), august, "olga", august)
		require.NoError(t, err)
		require.NoError(t, rules.Revise(ctx, change))
		versions, err := rules.Versions(ctx, "network")
		require.NoError(t, err)
		require.Len(t, versions, 3)
		require.False(t, versions[0].IsActive)

		active, err := rules.Active(ctx, july, august.AddDate(0, 1, 0))
		require.NoError(t, err)
		require.Equal(t, []string{"logging", "network", "network"}, ids(active))
		active, err = rules.Active(ctx, august, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []string{"network"}, ids(active))
		err = rules.Revise(ctx, change)
		require.True(t, fault.Is(err, fault.Conflict), "the newest version has changed")
	})
	t.Run("are listed in pages", func(t *testing.T) {
		page, err := rules.List(ctx, allocation.RuleFilter{}, allocation.RulePosition{}, 2)
		require.NoError(t, err)
		require.Equal(t, []string{"logging", "network"}, ids(page))
		page, err = rules.List(ctx, allocation.RuleFilter{}, allocation.RulePosition{RuleID: "network", Version: page[1].Version}, 2)
		require.NoError(t, err)
		require.Equal(t, []string{"network"}, ids(page))
		page, err = rules.List(ctx, allocation.RuleFilter{PoolID: "net", At: july}, allocation.RulePosition{}, 9)
		require.NoError(t, err)
		require.Len(t, page, 1)
		page, err = rules.List(ctx, allocation.RuleFilter{Kind: allocation.RuleKindMapping}, allocation.RulePosition{}, 9)
		require.NoError(t, err)
		require.Empty(t, page)
	})
	t.Run("that are mappings stand beside each other at all times", func(t *testing.T) {
		for _, id := range []string{"mapping-1", "mapping-2"} {
			mapping, err := allocation.NewMappingVersion(id, 1, allocation.Mapping{
				Entries: []allocation.MappingEntry{{Tenant: "acme"}},
			}, "olga", july)
			require.NoError(t, err)
			require.NoError(t, rules.Revise(ctx, add(mapping)))
		}
	})
	t.Run("for the same pool and time: of many at once one is stored", func(t *testing.T) {
		var group sync.WaitGroup
		var stored atomic.Int32
		for _, id := range []string{"a", "b", "c", "d", "e", "f"} {
			version := poolRule(t, "race-"+id, "race", time.Time{}, time.Time{})
			group.Go(func() {
				if err := rules.Revise(ctx, add(version)); err == nil {
					stored.Add(1)
				} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Unavailable) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		require.Equal(t, int32(1), stored.Load())
	})
	t.Run("never change by SQL", func(t *testing.T) {
		pool := postgrestest.New(t)
		require.NoError(t, postgres.NewRules(pool).Revise(ctx, add(first)))
		_, err := pool.Exec(ctx, `UPDATE allocation_rules SET document = '{"id":"net"}'`)
		require.ErrorContains(t, err, "OC001")
	})
}

func ids(versions []allocation.RuleVersion) []string {
	var list []string
	for _, version := range versions {
		list = append(list, version.RuleID)
	}
	return list
}

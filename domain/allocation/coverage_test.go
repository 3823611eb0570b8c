package allocation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
)

func TestCoverage(t *testing.T) {
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	on := func(account string, at time.Time) *charge.Charge {
		return &charge.Charge{SubAccountID: account, ChargePeriodStart: at}
	}
	t.Run("is unknown without a mapping", func(t *testing.T) {
		covers, err := allocation.Coverage([]allocation.RuleVersion{{RuleID: "pool-a"}})
		require.NoError(t, err)
		assert.Nil(t, covers)
	})
	t.Run("goes by the mapping in effect when the charge began", func(t *testing.T) {
		covers, err := allocation.Coverage([]allocation.RuleVersion{{RuleID: "mapping", Kind: allocation.RuleKindMapping, Mapping: &allocation.Mapping{
			Entries:       []allocation.MappingEntry{{SubAccount: allocation.Patterns{"acct-*"}, Tenant: "acme"}},
			EffectiveFrom: start,
		}}})
		require.NoError(t, err)
		assert.True(t, covers(on("acct-1", start)))
		assert.False(t, covers(on("other", start)), "nothing matches")
		assert.False(t, covers(on("acct-1", start.Add(-time.Hour))), "no mapping was in effect yet")
	})
}

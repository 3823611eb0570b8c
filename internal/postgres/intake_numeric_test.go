package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// TestAmountsComeBackExactly sends amounts of every shape through COPY and back through the form that
// frozen charges are read in.
func TestAmountsComeBackExactly(t *testing.T) {
	generator := rapid.Custom(func(t *rapid.T) *charge.Charge {
		next := charged("1", month, "0")
		next.BilledCost = decimalOf(rapid.StringMatching(`-?(0|[1-9][0-9]{0,37})(\.[0-9]{1,37})?`).Draw(t, "billed")).Decimal
		next.EffectiveCost = decimalOf(rapid.StringMatching(`-?[0-9]{1,4}0{0,16}(\.0{0,16}[0-9]{1,4})?`).Draw(t, "effective")).Decimal
		return next
	})
	d := newDeliveries(t)
	var list []*charge.Charge
	for seed := range 500 {
		list = append(list, generator.Example(seed))
	}
	d.load(intake.KindCharges, charges(list...))
	ref := d.attempt(month)
	d.freeze(ref)
	back := d.frozenCharges(ref)
	require.Len(t, back, len(list))
	for i, want := range list {
		assert.True(t, want.BilledCost.Equal(back[i].BilledCost), "%s came back as %s", want.BilledCost, back[i].BilledCost)
		assert.True(t, want.EffectiveCost.Equal(back[i].EffectiveCost), "%s came back as %s", want.EffectiveCost, back[i].EffectiveCost)
	}
	rows, err := d.pool.Query(ctx, "SELECT billed_cost::text FROM charges ORDER BY row_no")
	require.NoError(t, err)
	stored, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	for i, want := range list {
		assert.Equal(t, want.BilledCost.StringFixed(-want.BilledCost.Exponent()), stored[i], "trailing zeros stay")
	}
}

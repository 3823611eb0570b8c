package allocation_test

import (
	"strconv"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// countedCosts is a sink that keeps no line, as one that stores them.
type countedCosts struct {
	t      *testing.T
	lines  int
	amount decimal.Decimal
	months []allocation.CostMonth
}

func (k *countedCosts) Lines(lines []allocation.CostLine) error {
	for _, line := range lines {
		days, own := 0, decimal.Zero
		for i := range line.Days.Len() {
			if !line.Days.ZeroAt(i) {
				days++
				own = own.Add(line.Days.Decimal(i))
			}
		}
		if days != 1 || !own.Equal(line.Amount) {
			require.FailNow(k.t, "a line has what is of another", "%s: %s on %d days, amount %s", line.Resource, own, days, line.Amount)
		}
		k.amount = k.amount.Add(line.Amount)
	}
	k.lines += len(lines)
	return nil
}

func (k *countedCosts) Months(months []allocation.CostMonth) error {
	k.months = append(k.months, months...)
	return nil
}

// TestCostProjectionOfMoreLinesThanItKeeps: lines that were handed on are begun anew, with nothing of
// what they were.
func TestCostProjectionOfMoreLinesThanItKeeps(t *testing.T) {
	const resources = 150_000
	kept := &countedCosts{t: t}
	projection := allocation.NewCostProjection(september, allocation.Owners{}, kept)
	want := decimal.Zero
	// Amounts become finer and outgrow 64 bits now and then.
	coarse, fine, huge := decimal.New(3, 0), decimal.New(7, -9), decimal.RequireFromString("123456789012345678901.5")
	for i := range resources {
		c := billed("1")
		c.ResourceID, c.ChargePeriodStart, c.ChargePeriodEnd = strconv.Itoa(i), at(1+i%30), at(2+i%30)
		amount := coarse
		switch {
		case i%1000 == 0:
			amount = huge
		case i > resources/2:
			amount = fine
		}
		projection.Add(&allocation.PlacedPart{
			Charge: &c, Account: "account-" + strconv.Itoa(i%7), Category: allocation.CategoryCompute, Start: c.ChargePeriodStart, End: c.ChargePeriodEnd, Amount: amount,
		})
		want = want.Add(amount)
	}
	require.NoError(t, projection.Finish(&allocation.Result{}, nil))
	require.Equal(t, resources, kept.lines)
	require.Equal(t, want.String(), kept.amount.String())
	days := decimal.Zero
	for _, month := range kept.months {
		for i := range month.Days.Len() {
			days = days.Add(month.Days.Decimal(i))
		}
	}
	require.Equal(t, want.String(), days.String())
}

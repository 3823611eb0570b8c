package sample_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/reservation"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// term returns the months of a reservation. Two of the three reach beyond the sample, but a month
// is a function of the seed alone, and those to come are made like the others.
func term(r reservation.Reservation) []period.Period {
	var months []period.Period
	for month := period.Of(r.TermStart); month.Start().Before(r.TermEnd); month = month.Next() {
		months = append(months, month)
	}
	return months
}

// charged sums what a commitment costs in a month: billed by its purchases, effective by status.
func charged(charges []charge.Charge, id string) (billed, used, unused decimal.Decimal) {
	for i := range charges {
		c := &charges[i]
		switch {
		case c.CommitmentDiscountID != id:
		case c.ChargeCategory == "Purchase":
			billed = billed.Add(c.BilledCost)
		case c.UnusedCommitment():
			unused = unused.Add(c.EffectiveCost)
		default:
			used = used.Add(c.EffectiveCost)
		}
	}
	return billed, used, unused
}

var cent, halfCent = decimal.New(1, -2), decimal.New(5, -3)

func near(t *testing.T, most, want, got decimal.Decimal, month period.Period) {
	t.Helper()
	require.True(t, got.Sub(want).Abs().LessThanOrEqual(most), "%s: %s, by the contract %s", month, got, want)
}

func TestCommitmentsOverTheirTerm(t *testing.T) {
	for _, contract := range sample.New(sample.DefaultSeed).Reservations {
		t.Run(contract.ID, func(t *testing.T) {
			paid, spent := decimal.Zero, decimal.Zero
			for _, month := range term(contract) {
				billed, used, unused := charged(sample.MonthOf(sample.DefaultSeed, month).Charges, contract.ID)
				require.True(t, used.IsPositive() && unused.IsPositive(), "%s: used %s, unused %s", month, used, unused)
				paid, spent = paid.Add(billed), spent.Add(used).Add(unused)

				// Bills spread to ten digits and amortization to cents: each may be off by half a cent.
				due, err := contract.Amortized(month.Start(), month.End())
				require.NoError(t, err)
				near(t, cent, due, used.Add(unused), month)
				waiting, err := contract.Prepaid(month.End())
				require.NoError(t, err)
				near(t, halfCent, waiting, paid.Sub(spent), month)
			}
			require.Equal(t, contract.Fee().String(), paid.String(), "what was paid is the fee")
			require.Equal(t, paid.String(), spent.String(), "used and unused time together are what was paid")
		})
	}
}

// TestCommitmentsInAClose allocates every month by the sample's rules and follows one commitment
// through the cells.
func TestCommitmentsInAClose(t *testing.T) {
	document, err := rulesfile.Parse("rules.yaml", sample.Rules)
	require.NoError(t, err)
	rules, err := document.RuleSet("rules.yaml")
	require.NoError(t, err)
	data := sample.New(sample.DefaultSeed)
	roster, err := allocation.NewRoster(data.Tenants)
	require.NoError(t, err)

	// cells allocates the commitments' charges of a month alone; the rest of the bill has its own tests.
	cells := func(t *testing.T, month period.Period) map[string]decimal.Decimal {
		bill, err := allocation.NewBill(allocation.BillOptions{Rules: rules, Roster: roster, Span: allocation.SpanOf(month)})
		require.NoError(t, err)
		charges := sample.MonthOf(sample.DefaultSeed, month).Charges
		for i := range charges {
			if charges[i].CommitmentDiscountID != "" {
				require.NoError(t, bill.Add(&charges[i]))
			}
		}
		result, err := bill.Allocate(nil)
		require.NoError(t, err)
		found := map[string]decimal.Decimal{}
		for i := range result.Pools {
			for cell := range result.Pools[i].Cells() {
				found[result.Pools[i].Pool+" "+cell.Account] = cell.Amount
			}
		}
		return found
	}

	t.Run("unused time is the owner's, and nobody's where several share", func(t *testing.T) {
		month := data.Months[5]
		found := cells(t, month.Period)
		for id, bearer := range map[string]string{
			"ri-acme-001": "acme", "ri-borealis-001": "borealis", "sp-shared-001": allocation.AccountUnusedCommitment,
		} {
			_, _, unused := charged(month.Charges, id)
			require.Equal(t, unused.String(), found["direct:reserved "+bearer].String(), id)
		}
	})
	t.Run("what was paid ahead passes through @prepaid and is gone at the end", func(t *testing.T) {
		waiting, paid := decimal.Zero, decimal.Zero
		for month := sample.First; month.Before(period.New(2027, 1)); month = month.Next() {
			waiting = waiting.Add(cells(t, month)["bridge:prepaid @prepaid"])
			for _, contract := range data.Reservations {
				billed, _, _ := charged(sample.MonthOf(sample.DefaultSeed, month).Charges, contract.ID)
				paid = paid.Add(billed)
			}
			require.False(t, waiting.IsNegative(), "%s: %s waits", month, waiting)
		}
		require.Equal(t, "22800", paid.String(), "7,000, 3,000 + 12 × 250 and 5,000 + 12 × 400")
		require.True(t, waiting.IsZero(), "%s waits", waiting)
	})
}

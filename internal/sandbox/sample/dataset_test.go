package sample_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	data := sample.New(sample.DefaultSeed)
	var text strings.Builder
	fmt.Fprintln(&text, "period,billing_account_id,invoice_id,currency,billed_cost,effective_cost_of_month,charges,usage")
	for _, month := range data.Months {
		for _, total := range month.ControlTotals {
			fmt.Fprintf(&text, "%s,%s,%s,%s,%s,%s,%d,%d\n", month.Period, total.BillingAccountID, total.InvoiceID,
				total.Currency, total.BilledCost, effective(month.Charges), len(month.Charges), len(month.Usage))
		}
	}
	const golden = "testdata/control-totals.csv"
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text.String(), "raise sample.Version when the sample changes, and run with -update")
}

func effective(charges []charge.Charge) decimal.Decimal {
	sum := decimal.Zero
	for _, c := range charges {
		sum = sum.Add(c.EffectiveCost)
	}
	return sum
}

func TestDeterminism(t *testing.T) {
	t.Run("the same seed gives the same sample", func(t *testing.T) {
		first := sample.New(7)
		require.Equal(t, first, sample.New(7))
	})
	t.Run("a month by itself is as in the whole", func(t *testing.T) {
		require.Equal(t, sample.New(7).Months[4], sample.MonthOf(7, sample.Months()[4]))
	})
	t.Run("another seed gives another", func(t *testing.T) {
		require.NotEqual(t, sample.New(7).Months[0].Charges, sample.New(8).Months[0].Charges)
	})
}

// TestEveryCharge checks rules that hold for charges of any seed.
func TestEveryCharge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := sample.MonthOf(rapid.Uint64().Draw(t, "seed"), rapid.SampledFrom(sample.Months()).Draw(t, "month"))
		sums := map[string]decimal.Decimal{}
		for i, c := range month.Charges {
			if c.SourceRow != int64(i+1) || c.BillingPeriod != month.Period || c.Currency != sample.Currency {
				t.Fatalf("charge %d is of row %d, %s, %s", i, c.SourceRow, c.BillingPeriod, c.Currency)
			}
			if !c.ChargePeriodStart.Before(c.ChargePeriodEnd) {
				t.Fatalf("charge %d ends before it begins", i)
			}
			if c.BilledCost.Exponent() < -10 || c.EffectiveCost.Exponent() < -10 {
				t.Fatalf("charge %d has more than ten fractional digits", i)
			}
			sums[c.InvoiceID] = sums[c.InvoiceID].Add(c.BilledCost)
		}
		if len(month.ControlTotals) != 2 || len(sums) != 2 {
			t.Fatalf("%d control totals for %d invoices", len(month.ControlTotals), len(sums))
		}
		for _, total := range month.ControlTotals {
			if !total.BilledCost.Equal(sums[total.InvoiceID]) {
				t.Fatalf("%s: charged %s, total %s", total.InvoiceID, sums[total.InvoiceID], total.BilledCost)
			}
		}
	})
}

// find returns the charges of a month that satisfy a condition.
func find(data *sample.Dataset, month period.Period, wanted func(charge.Charge) bool) []charge.Charge {
	var found []charge.Charge
	for _, m := range data.Months {
		if m.Period != month {
			continue
		}
		for _, c := range m.Charges {
			if wanted(c) {
				found = append(found, c)
			}
		}
	}
	return found
}

func of(subAccount string) func(charge.Charge) bool {
	return func(c charge.Charge) bool { return c.SubAccountID == subAccount }
}

func TestEdges(t *testing.T) {
	data := sample.New(sample.DefaultSeed)
	september := period.New(2026, time.September)

	t.Run("24 tenants on four plans, with ledger accounts", func(t *testing.T) {
		require.Len(t, data.Tenants, 24)
		plans := map[tenancy.Plan]int{}
		for _, tenant := range data.Tenants {
			require.NoError(t, tenancy.CheckID(tenant.ID))
			require.NotEmpty(t, tenant.Name)
			require.NotEmpty(t, tenant.GLAccount)
			require.NotEmpty(t, tenant.CostCentre)
			plans[tenant.Plan]++
		}
		require.Equal(t, map[tenancy.Plan]int{"enterprise": 3, "premium": 6, "standard": 9, "free": 6}, plans)
	})
	t.Run("tenants come and go in the middle of September and of other months", func(t *testing.T) {
		var came, went []string
		for _, tenant := range data.Tenants {
			if tenant.ActiveFrom.After(sample.First.Start()) {
				came = append(came, tenant.ID+" "+period.Of(tenant.ActiveFrom).String())
			}
			if !tenant.ActiveUntil.IsZero() {
				went = append(went, tenant.ID+" "+period.Of(tenant.ActiveUntil).String())
			}
		}
		require.Equal(t, []string{"harbor 2026-03", "nimbus 2026-09"}, came)
		require.Equal(t, []string{"lantern 2026-02", "orchard 2026-09"}, went)
	})
	t.Run("nobody uses anything outside of its time", func(t *testing.T) {
		for _, month := range data.Months {
			for _, usage := range month.Usage {
				require.NotEqual(t, sample.NoUsage, usage.TenantID)
				if usage.TenantID == "nimbus" {
					require.False(t, usage.End.Before(time.Date(2026, time.September, 11, 0, 0, 0, 0, time.UTC)))
				}
				if usage.TenantID == "lantern" {
					require.True(t, usage.Start.Before(time.Date(2026, time.February, 10, 0, 0, 0, 0, time.UTC)))
				}
			}
		}
	})
	t.Run("project resources change hands in the middle of a month, have nobody, or are unknown", func(t *testing.T) {
		owners := map[string][]string{}
		for _, owner := range data.Ownership {
			owners[owner.ResourceID] = append(owners[owner.ResourceID], owner.TenantID)
		}
		require.Equal(t, []string{"acme", "borealis"}, owners["vm-project-atlas"])
		require.Equal(t, []string{"borealis", "", "cobalt"}, owners["vm-project-beacon"])
		require.Equal(t, []string{"lantern", ""}, owners["bkt-project-delta"])
		require.NotContains(t, owners, "db-project-comet")
		require.Len(t, find(data, september, of("acct-projects")), 4*30)
	})
	t.Run("what a commitment costs over its term is what was paid for it", func(t *testing.T) {
		// sp-shared-001 runs from October 2025 to the end of September 2026: wholly within the sample.
		billed, effective := decimal.Zero, decimal.Zero
		statuses := map[string]int{}
		for _, month := range sample.Months() {
			for _, c := range find(data, month, func(c charge.Charge) bool { return c.CommitmentDiscountID == "sp-shared-001" }) {
				billed, effective = billed.Add(c.BilledCost), effective.Add(c.EffectiveCost)
				statuses[c.CommitmentDiscountStatus]++
			}
		}
		require.Equal(t, "9800", billed.String())
		require.Equal(t, "9800", effective.String())
		require.Equal(t, map[string]int{"": 13, "Used": 4 * 365, "Unused": 365}, statuses)
	})
	t.Run("credits, refunds, corrections and taxes", func(t *testing.T) {
		count := map[string]int{}
		for _, c := range find(data, september, func(charge.Charge) bool { return true }) {
			count[c.ChargeCategory+c.ChargeClass]++
		}
		require.Equal(t, 2, count["Credit"])
		require.Equal(t, 1, count["Adjustment"])
		require.Equal(t, 2, count["UsageCorrection"])
		require.Equal(t, 4, count["Tax"])
		require.Equal(t, 4, count["Purchase"])
	})
	t.Run("tags are missing, and spelt in several ways", func(t *testing.T) {
		spellings, untagged := map[string]bool{}, 0
		for _, c := range find(data, september, func(charge.Charge) bool { return true }) {
			if len(c.Tags) == 0 {
				untagged++
			}
			for key := range c.Tags {
				spellings[key] = true
			}
		}
		require.Positive(t, untagged)
		for _, key := range []string{"team", "Team", "TEAM", " Team", " team", "tenant", "TENANT", " Tenant"} {
			require.True(t, spellings[key], "no tag is spelt %q", key)
		}
	})
	t.Run("one tenant's machines run away for three days", func(t *testing.T) {
		day := func(n int) decimal.Decimal {
			sum := decimal.Zero
			for _, c := range find(data, september, of("acct-"+sample.Spiked)) {
				if c.ServiceCategory == "Compute" && c.ChargePeriodStart.Day() == n {
					sum = sum.Add(c.BilledCost)
				}
			}
			return sum
		}
		require.True(t, day(15).GreaterThan(day(10).Mul(decimal.NewFromInt(5))), "%s after %s", day(15), day(10))
	})
	t.Run("a departed tenant is charged late, once", func(t *testing.T) {
		require.Len(t, find(data, period.New(2026, time.March), of("acct-lantern")), 1)
		require.Empty(t, find(data, period.New(2026, time.April), of("acct-lantern")))
	})
	t.Run("every month has about as many charges", func(t *testing.T) {
		for _, month := range data.Months {
			require.Greater(t, len(month.Charges), 2500)
			require.Less(t, len(month.Charges), 3500)
		}
	})
}

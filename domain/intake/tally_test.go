package intake_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

var month = period.New(2026, time.March)

func bill(account, billed string) *charge.Charge {
	return &charge.Charge{
		BillingAccountID: account, BillingPeriod: month, Currency: "USD", ChargePeriodStart: month.Start(),
		BilledCost: decimal.RequireFromString(billed), EffectiveCost: decimal.RequireFromString(billed),
	}
}

// hashOf returns the hash of the first slice of rows.
func hashOf(rows ...intake.Row) string {
	tally := intake.NewTally()
	for _, row := range rows {
		tally.Add(row)
	}
	return tally.Slices()[0].ContentHash
}

func TestTallyHashesContent(t *testing.T) {
	t.Run("stays the same from release to release", func(t *testing.T) {
		assert.Equal(t, "c9a71f3794a7", hashOf(intake.ChargeRow(bill("1", "10.5")))[:12])
		tagged := bill("1", "10.5")
		tagged.Tags = map[string]string{"team": "web", "Environment": "prod", "": "", "größe": "x"}
		tagged.ConsumedQuantity = decimal.NewNullDecimal(decimal.RequireFromString("-12345678901234567890.1200"))
		assert.Equal(t, "7005a2e52337", hashOf(intake.ChargeRow(tagged), intake.ChargeRow(tagged), intake.ChargeRow(bill("1", "10.5")))[:12])
	})
	t.Run("does not depend on how a number or an instant is written", func(t *testing.T) {
		long, short := bill("1", "1000000000000000000000.50"), bill("1", "1.0000000000000000000005e21")
		assert.Equal(t, hashOf(intake.ChargeRow(long)), hashOf(intake.ChargeRow(short)))
		assert.Equal(t, hashOf(intake.ChargeRow(bill("1", "1000000000000000000000"))), hashOf(intake.ChargeRow(bill("1", "1e21"))))
		assert.Equal(t, hashOf(intake.ChargeRow(bill("1", "0.00"))), hashOf(intake.ChargeRow(bill("1", "0"))))
		elsewhere := bill("1", "1")
		elsewhere.ChargePeriodStart = elsewhere.ChargePeriodStart.In(time.FixedZone("", 3600))
		assert.Equal(t, hashOf(intake.ChargeRow(bill("1", "1"))), hashOf(intake.ChargeRow(elsewhere)))
	})
	t.Run("does not depend on where a row stood in its delivery", func(t *testing.T) {
		moved := bill("1", "1")
		moved.SourceRow = 99
		assert.Equal(t, hashOf(intake.ChargeRow(bill("1", "1"))), hashOf(intake.ChargeRow(moved), intake.ChargeRow(bill("2", "5"))))
	})
	t.Run("changes with every field of a charge", func(t *testing.T) {
		changes := map[string]func(*charge.Charge){
			"nothing":     func(*charge.Charge) {},
			"invoice":     func(c *charge.Charge) { c.InvoiceID = "x" },
			"currency":    func(c *charge.Charge) { c.Currency = "EUR" },
			"start":       func(c *charge.Charge) { c.ChargePeriodStart = c.ChargePeriodStart.Add(time.Nanosecond) },
			"end":         func(c *charge.Charge) { c.ChargePeriodEnd = c.ChargePeriodStart },
			"billed":      func(c *charge.Charge) { c.BilledCost = c.BilledCost.Neg() },
			"effective":   func(c *charge.Charge) { c.EffectiveCost = c.EffectiveCost.Neg() },
			"category":    func(c *charge.Charge) { c.ChargeCategory = "x" },
			"class":       func(c *charge.Charge) { c.ChargeClass = "x" },
			"description": func(c *charge.Charge) { c.Description = "x" },
			"sub-account": func(c *charge.Charge) { c.SubAccountID = "x" },
			"its name":    func(c *charge.Charge) { c.SubAccountName = "x" },
			"service":     func(c *charge.Charge) { c.ServiceName = "x" },
			"resource":    func(c *charge.Charge) { c.ResourceID = "x" },
			"region":      func(c *charge.Charge) { c.RegionID = "x" },
			"sku":         func(c *charge.Charge) { c.SkuID = "x" },
			"quantity":    func(c *charge.Charge) { c.ConsumedQuantity = decimal.NewNullDecimal(decimal.Zero) },
			"commitment":  func(c *charge.Charge) { c.CommitmentDiscountQuantity = decimal.NewNullDecimal(decimal.Zero) },
			"a tag":       func(c *charge.Charge) { c.Tags = map[string]string{"org": ""} },
			"another tag": func(c *charge.Charge) { c.Tags = map[string]string{" org": ""} },
			"tag's value": func(c *charge.Charge) { c.Tags = map[string]string{"": "org"} },
		}
		seen := map[string]string{}
		for name, change := range changes {
			changed := bill("1", "1")
			change(changed)
			hash := hashOf(intake.ChargeRow(changed))
			assert.NotContains(t, seen, hash, "%s and %s hash alike", name, seen[hash])
			seen[hash] = name
		}
	})
	t.Run("kinds without rows do not hash alike", func(t *testing.T) {
		tally := intake.NewTally()
		tally.Index(intake.SliceKey{Kind: intake.KindUsage, Period: month})
		tally.Index(intake.SliceKey{Kind: intake.KindTenants})
		slices := tally.Slices()
		assert.NotEqual(t, slices[0].ContentHash, slices[1].ContentHash)
	})
	t.Run("every kind of row counts", func(t *testing.T) {
		usage, tenant := charge.Usage{TenantID: "a", Category: "compute"}, tenancy.Tenant{ID: "a"}
		owned, total := tenancy.Ownership{ResourceID: "r"}, closing.ControlTotal{InvoiceID: "i", Currency: "USD", BilledCost: decimal.NewFromInt(3)}
		for _, row := range []intake.Row{
			intake.UsageRow(&usage, month), intake.TenantRow(&tenant), intake.OwnershipRow(&owned), intake.ControlTotalRow(&total, month),
		} {
			assert.NotEqual(t, hashOf(row), hashOf(row, row))
		}
	})
}

func TestTallySumsWhatPasses(t *testing.T) {
	tally := intake.NewTally()
	other := bill("1", "2")
	other.Currency, other.ChargePeriodStart = "EUR", month.End()
	for i, row := range []intake.Row{
		intake.ChargeRow(bill("1", "10.00000000001")), intake.ChargeRow(bill("2", "5")), intake.ChargeRow(bill("1", "-0.5")), intake.ChargeRow(other),
	} {
		assert.Equal(t, []int64{1, 1, 2, 3}[i], tally.Add(row))
	}
	slices := tally.Slices()
	require.Len(t, slices, 2)
	assert.Equal(t, "9.50000000001", slices[0].Sums["USD"].Billed.String())
	assert.Equal(t, "2", slices[0].Sums["EUR"].Effective.String())
	assert.Equal(t, month.Start(), slices[0].FirstChargeStart)
	assert.Equal(t, month.End(), slices[0].LastChargeStart)
	assert.Equal(t, int64(4), tally.Rows())
}

func TestTallySurvivesARestart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, cut := intake.NewTally(), intake.NewTally()
		for range rapid.IntRange(0, 30).Draw(t, "rows") {
			row := intake.ChargeRow(bill(rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "account"), rapid.StringMatching(`-?[0-9]{1,25}\.[0-9]{1,5}`).Draw(t, "billed")))
			whole.Add(row)
			if rapid.Bool().Draw(t, "restart") {
				stored, err := json.Marshal(cut)
				require.NoError(t, err)
				cut = intake.NewTally()
				require.NoError(t, json.Unmarshal(stored, cut))
			}
			cut.Add(row)
		}
		want, err := json.Marshal(whole.Slices())
		require.NoError(t, err)
		got, err := json.Marshal(cut.Slices())
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	})
	t.Run("refuses a state that another version wrote", func(t *testing.T) {
		require.Error(t, json.Unmarshal([]byte(`[{"kind":"charges","period":"","content_hash":"","rows":1,"digest":"bm8="}]`), intake.NewTally()))
		require.Error(t, json.Unmarshal([]byte(`{}`), intake.NewTally()))
	})
}

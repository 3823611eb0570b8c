package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

func TestIntakeLoadsDeliveries(t *testing.T) {
	t.Run("the same content again changes nothing", func(t *testing.T) {
		d := newDeliveries(t)
		first := d.load(intake.KindCharges, charges(charged("1", month, "10.500"), charged("2", month, "1")))
		assert.Equal(t, []intake.Outcome{intake.OutcomeAdded, intake.OutcomeAdded}, outcomes(first))
		again := d.load(intake.KindCharges, charges(charged("1", month, "10.5"), charged("2", month, "1.00")))
		assert.Equal(t, []intake.Outcome{intake.OutcomeUnchanged, intake.OutcomeUnchanged}, outcomes(again))
		assert.Equal(t, 2, d.stored())
		assert.Equal(t, "11.5", d.billed())
	})
	t.Run("other content replaces the slices it covers and no others", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("2", month, "1"), charged("1", month.Next(), "5")))
		placed := d.load(intake.KindCharges, charges(charged("1", month, "20")))
		assert.Equal(t, []intake.Outcome{intake.OutcomeReplaced}, outcomes(placed))
		assert.Equal(t, 1, placed[0].Superseded)
		assert.Equal(t, "26", d.billed())
	})
	t.Run("what is appended stands beside, once", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		assert.Equal(t, []intake.Outcome{intake.OutcomeAdded}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "3")), appended)))
		assert.Equal(t, []intake.Outcome{intake.OutcomeUnchanged}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "3")), appended)))
		assert.Equal(t, "13", d.billed())
	})
	t.Run("a row that is an error leaves nothing behind", func(t *testing.T) {
		d := newDeliveries(t)
		broken := func(yield func(intake.Row, error) bool) {
			for range 5000 {
				if !yield(intake.ChargeRow(charged("1", month, "10")), nil) {
					return
				}
			}
			yield(intake.Row{}, fault.Invalid("bill.csv:5001:BilledCost", "bill.csv line 5001 is wrong"))
		}
		_, err := d.tryLoad(intake.KindCharges, broken)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		require.EqualError(t, err, "bill.csv line 5001 is wrong")
		assert.Zero(t, d.stored())
	})
	t.Run("a cancelled import leaves nothing behind", func(t *testing.T) {
		d := newDeliveries(t)
		ctx, cancel := context.WithCancel(context.Background())
		endless := func(yield func(intake.Row, error) bool) {
			for i := 0; ; i++ {
				if i == 3000 {
					cancel()
				}
				if !yield(intake.ChargeRow(charged("1", month, "10")), ctx.Err()) {
					return
				}
			}
		}
		_, err := d.store.Load(ctx, intake.Delivery{ID: "11111111-1111-4111-8111-111111111111", Kind: intake.KindCharges, Source: intake.SourceFile}, endless,
			func([]intake.Placed) intake.Report { return intake.Report{} })
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, d.stored())
	})
	t.Run("a thousand accounts in one delivery are a thousand slices", func(t *testing.T) {
		d := newDeliveries(t)
		var list []*charge.Charge
		for i := range 2000 {
			list = append(list, charged(string(rune('a'+i%10))+string(rune('a'+i/10%10))+string(rune('a'+i/100%10)), month, "0.001"))
		}
		placed := d.load(intake.KindCharges, charges(list...))
		assert.Len(t, placed, 1000)
		assert.Equal(t, "2", d.billed())
	})
	t.Run("every field comes back as it was delivered", func(t *testing.T) {
		const spaced = " org"
		d := newDeliveries(t)
		full := charged("1", month, "-0.00000080000")
		full.SourceRow, full.ChargeClass, full.ServiceCategory = 7, "Correction", "Storage"
		full.ResourceID, full.ResourceType, full.RegionID = "urn:a\tb\\c\nd", "bucket", "eu"
		full.CommitmentDiscountID, full.CommitmentDiscountStatus = "cd-1", "Unused"
		full.CommitmentDiscountQuantity = decimalOf("8760.00")
		full.Tags = map[string]string{spaced: "a", "org": "ü\"\\", "": "<&>"}
		bare := charged("1", month, "123456789012345678901234567890.123456789")
		bare.ChargePeriodEnd, bare.SubAccountID = zeroTime, ""
		d.load(intake.KindCharges, charges(full, bare))
		ref := d.attempt(month)
		d.freeze(ref)
		back := d.frozenCharges(ref)
		require.Len(t, back, 2)
		for i, want := range []*charge.Charge{full, bare} {
			assert.True(t, want.BilledCost.Equal(back[i].BilledCost), back[i].BilledCost)
			assert.True(t, want.EffectiveCost.Equal(back[i].EffectiveCost))
			assert.True(t, want.CommitmentDiscountQuantity.Decimal.Equal(back[i].CommitmentDiscountQuantity.Decimal))
			back[i].BilledCost, back[i].EffectiveCost, back[i].CommitmentDiscountQuantity = want.BilledCost, want.EffectiveCost, want.CommitmentDiscountQuantity
			assert.Equal(t, *want, back[i])
		}
	})
	t.Run("a report can be read again, and an unknown one is not found", func(t *testing.T) {
		d := newDeliveries(t)
		refused := intake.Report{ID: "r1", Kind: "focus", Name: "bill.csv", CreatedBy: "operator", CreatedAt: month.Start(), Problem: "line 3"}
		require.NoError(t, d.store.SaveRefusal(context.Background(), refused))
		back, err := d.store.Report(context.Background(), "r1")
		require.NoError(t, err)
		assert.Equal(t, refused, back)
		_, err = d.store.Report(context.Background(), "r2")
		assert.Equal(t, fault.NotFound, fault.CodeOf(err))
	})
}

func TestIntakeConservesWhatIsDelivered(t *testing.T) {
	d := newDeliveries(t)
	previous := month
	rapid.Check(t, func(r *rapid.T) {
		// Each case has months of its own, so that cases share a database but no slices.
		previous = previous.Next().Next()
		var list []*charge.Charge
		total := decimalOf("0").Decimal
		for range rapid.IntRange(1, 20).Draw(r, "rows") {
			billed := decimalOf(rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,20})?`).Draw(r, "billed")).Decimal
			next := charged(rapid.SampledFrom([]string{"", "1", "ä|,\"\t"}).Draw(r, "account"), previous, "1")
			next.BilledCost = billed
			list, total = append(list, next), total.Add(billed)
		}
		placed := d.load(intake.KindCharges, charges(list...))
		again := d.load(intake.KindCharges, charges(list...))
		sum, rows := decimalOf("0").Decimal, int64(0)
		for i, slice := range placed {
			sum, rows = sum.Add(slice.Sums["USD"].Billed), rows+slice.Rows
			assert.Equal(r, slice.ContentHash, again[i].ContentHash)
			assert.Equal(r, intake.OutcomeUnchanged, again[i].Outcome)
		}
		assert.True(r, total.Equal(sum))
		assert.Equal(r, int64(len(list)), rows)
		var stored string
		require.NoError(r, d.pool.QueryRow(context.Background(), `SELECT sum(billed_cost)::text FROM charges WHERE billing_period = $1`, previous.String()).Scan(&stored))
		assert.True(r, total.Equal(decimalOf(stored).Decimal), "%s is not %s", stored, total)
	})
}

var errUse = errors.New("no more")

func TestFrozenChargesStopWhereTheReaderStops(t *testing.T) {
	d := newDeliveries(t)
	d.load(intake.KindCharges, charges(charged("1", month, "1"), charged("1", month, "2")))
	ref := d.attempt(month)
	d.freeze(ref)
	seen := 0
	err := d.store.Charges(context.Background(), ref, func(*charge.Charge) error {
		seen++
		return errUse
	})
	require.ErrorIs(t, err, errUse)
	assert.Equal(t, 1, seen)
	_, err = d.store.Tenants(context.Background(), closing.AttemptRef{Book: "main", Period: month, Attempt: 9})
	assert.Equal(t, fault.NotFound, fault.CodeOf(err))
}

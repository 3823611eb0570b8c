package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// benchmarkCharges is the size of the bill that the close is measured with.
const benchmarkCharges = 1_000_000

// BenchmarkImport copies a bill of a million charges of 10,000 sub-accounts, hashing and summing it
// on the way; run it with -benchtime=1x.
func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		d := newDeliveries(b)
		placed := d.load(intake.KindCharges, manyCharges(benchmarkCharges))
		require.Equal(b, int64(benchmarkCharges), placed[0].Rows)
	}
	b.ReportMetric(float64(benchmarkCharges)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFrozenCharges reads that bill back, as the allocation does.
func BenchmarkFrozenCharges(b *testing.B) {
	d := newDeliveries(b)
	d.load(intake.KindCharges, manyCharges(benchmarkCharges))
	ref := d.attempt(month)
	d.freeze(ref)
	b.ReportAllocs()
	for b.Loop() {
		rows := 0
		require.NoError(b, d.store.Charges(context.Background(), ref, func(*charge.Charge) error {
			rows++
			return nil
		}))
		require.Equal(b, benchmarkCharges, rows)
	}
	b.ReportMetric(float64(benchmarkCharges)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkChargedTotals sums that bill by invoice.
func BenchmarkChargedTotals(b *testing.B) {
	d := newDeliveries(b)
	d.load(intake.KindCharges, manyCharges(benchmarkCharges))
	ref := d.attempt(month)
	d.freeze(ref)
	for b.Loop() {
		_, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(b, err)
	}
}

func manyCharges(count int) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		next := charged("111122223333", month, "1")
		tags := make([]map[string]string, 40)
		for i := range tags {
			tags[i] = map[string]string{"team": fmt.Sprintf("t%d", i), "environment": "prod"}
		}
		for i := range count {
			hour := time.Duration(i*7%672) * time.Hour
			next.SourceRow = int64(i + 1)
			next.ChargePeriodStart = month.Start().Add(hour)
			next.ChargePeriodEnd = next.ChargePeriodStart.Add(time.Hour)
			next.BilledCost = decimal.New(int64(i)*7919%3_000_000_000, -10)
			next.EffectiveCost = decimal.New(int64(i)*104729%3_000_000_000, -10)
			next.SubAccountID = fmt.Sprintf("acct-%d", i%10_000)
			next.ResourceID = fmt.Sprintf("urn:resource:%08x", i*31%200_000)
			next.Tags = tags[i%len(tags)]
			if !yield(intake.ChargeRow(next), nil) {
				return
			}
		}
	}
}

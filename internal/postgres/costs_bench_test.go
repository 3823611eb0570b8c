package postgres_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

const (
	historyTenants = 10_000
	historyMonths  = 13
	// historyLimit is what a year of one tenant's history may take.
	historyLimit = 50 * time.Millisecond
)

// BenchmarkHistory asks for twelve months of one tenant among 10,000 with 13 months of costs, by
// month and by day, and for a month's cost by tags. It reports the median and the slowest answer, and
// fails where the median of a history is not below 50 ms.
func BenchmarkHistory(b *testing.B) {
	book := newBench(b)
	costs := postgres.NewCosts(book.pool)
	last := september
	for range historyMonths {
		ref := closing.AttemptRef{Book: book.book, Period: last}
		require.NoError(b, costs.StoreCosts(ctx, ref, "hash", manyCosts(last)))
		last = last.Next()
	}
	_, err := book.pool.Exec(ctx, "ANALYZE cost_days; ANALYZE cost_lines")
	require.NoError(b, err)
	for name, ask := range map[string]func(*allocation.CostAllocationService, string) error{
		"monthly": func(service *allocation.CostAllocationService, tenant string) error {
			_, err := service.GetHistoricalCosts(ctx, allocation.HistoryQuery{
				Book: book.book, TenantID: tenant, Periods: 12, Granularity: allocation.Monthly, Until: last.Start(),
			})
			return err
		},
		"daily": func(service *allocation.CostAllocationService, tenant string) error {
			_, err := service.GetHistoricalCosts(ctx, allocation.HistoryQuery{
				Book: book.book, TenantID: tenant, Periods: 365, Granularity: allocation.Daily, Until: last.Start(),
			})
			return err
		},
		"by tags": func(service *allocation.CostAllocationService, tenant string) error {
			_, err := service.GetCostByTags(ctx, allocation.TagQuery{
				Book: book.book, TenantID: tenant, From: september.Start(), Until: september.Next().End(), GroupBy: []string{"team"},
			})
			return err
		},
	} {
		for reader, of := range map[string]func(string) allocation.CostReader{
			"as staff":  func(string) allocation.CostReader { return costs },
			"as tenant": func(tenant string) allocation.CostReader { return postgres.NewTenantCosts(book.pool, tenant) },
		} {
			b.Run(name+" "+reader, func(b *testing.B) {
				var took []time.Duration
				for i := 0; b.Loop(); i++ {
					tenant := fmt.Sprintf("tenant-%05d", i*7919%historyTenants)
					began := time.Now()
					require.NoError(b, ask(&allocation.CostAllocationService{Currency: "USD", Costs: of(tenant)}, tenant))
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				median := took[len(took)/2]
				require.Less(b, median, historyLimit)
				b.ReportMetric(float64(median.Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
			})
		}
	}
	b.Run("a day of everybody", func(b *testing.B) {
		for b.Loop() {
			query := allocation.DailyTotalQuery{Book: book.book, From: september.Start(), Until: september.Start().AddDate(0, 0, 1)}
			seen := 0
			require.NoError(b, costs.DailyTotals(ctx, query, func(allocation.DailyTotal) error { seen++; return nil }))
			require.Equal(b, historyTenants, seen)
		}
	})
	b.Run("ninety days of everybody", func(b *testing.B) {
		for b.Loop() {
			query := allocation.DailyTotalQuery{Book: book.book, From: september.Start(), Until: september.Start().AddDate(0, 0, 90)}
			seen := 0
			require.NoError(b, costs.DailyTotals(ctx, query, func(allocation.DailyTotal) error { seen++; return nil }))
			require.Equal(b, 90*historyTenants, seen)
		}
	})
}

// manyCosts writes a month of every tenant: three categories by day, five resources in two teams.
func manyCosts(month period.Period) func(allocation.CostSink) error {
	return func(sink allocation.CostSink) error {
		teams := []allocation.Tags{
			{Values: map[string]string{"team": "web", "environment": "prod"}},
			{Values: map[string]string{"team": "data", "environment": "test"}, Spellings: map[string]string{"team": "Team"}},
		}
		for i := range historyTenants {
			tenant := fmt.Sprintf("tenant-%05d", i)
			var lines []allocation.CostLine
			for resource := range 5 {
				lines = append(lines, allocation.CostLine{
					Account: tenant, Category: allocation.CategoryCompute, Service: "EC2", Resource: fmt.Sprintf("%s-vm-%d", tenant, resource),
					Tags: teams[resource%2], Currency: "USD", Amount: decimal.New(int64(i+resource), -6),
				})
			}
			if err := sink.Lines(lines); err != nil {
				return err
			}
		}
		var months []allocation.CostMonth
		for i := range historyTenants {
			for _, category := range []allocation.CostCategory{"compute", "shared", "storage"} {
				days := money.NewSums(int(month.End().Sub(month.Start()).Hours() / 24))
				for day := range days.Len() {
					days.AddFixed(day, money.Fixed{Coefficient: int64(i*31 + day + 1), Scale: 6})
				}
				months = append(months, allocation.CostMonth{Account: fmt.Sprintf("tenant-%05d", i), Category: category, Currency: "USD", Days: days})
			}
		}
		return sink.Months(months)
	}
}

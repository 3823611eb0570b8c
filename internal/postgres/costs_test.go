package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// days makes a month in which an amount came on some days, counted from 1.
func days(month period.Period, amounts map[int]string) *money.Sums {
	all := money.NewSums(int(month.End().Sub(month.Start()).Hours() / 24))
	for day, amount := range amounts {
		all.AddDecimal(day-1, decimal.RequireFromString(amount))
	}
	return all
}

// someCosts writes two tenants' costs: a third of the first's is shared.
func someCosts(month period.Period, each string) func(allocation.CostSink) error {
	amount := decimal.RequireFromString(each)
	return func(sink allocation.CostSink) error {
		var lines []allocation.CostLine
		var months []allocation.CostMonth
		for _, account := range []string{"@unallocated", "acme", "globex"} {
			tags := allocation.Tags{Values: map[string]string{"team": "web\tshop", "env": "prod"}, Spellings: map[string]string{"team": "Team "}}
			lines = append(lines,
				allocation.CostLine{Account: account, Category: "compute", Service: "EC2", Resource: "vm-" + account, Project: "p", Tags: tags, Currency: "USD", Amount: amount, Days: days(month, map[int]string{3: each})},
				allocation.CostLine{Account: account, Category: "compute", Service: "EC2", Resource: "vm-" + account, Project: "p", Tags: tags, Currency: "USD", Amount: amount})
			months = append(months,
				allocation.CostMonth{Account: account, Category: "compute", Currency: "USD", Days: days(month, map[int]string{1: each, 3: each})},
				allocation.CostMonth{
					Account: account, Category: "shared", Currency: "USD", Days: days(month, map[int]string{3: each}),
					Shared: []allocation.SharedCell{{Pool: "control-plane", Amount: amount}},
				})
		}
		return errors.Join(sink.Lines(lines), sink.Months(months[:2]), sink.Months(months[2:]))
	}
}

func TestCosts(t *testing.T) {
	b := newBench(t)
	costs := postgres.NewCosts(b.pool)
	closed := b.close(t, september)
	require.NoError(t, costs.StoreCosts(ctx, closed, "hash", someCosts(september, "1.50")))
	waiting := b.open(t, october)
	require.NoError(t, costs.StoreCosts(ctx, waiting, "hash", someCosts(october, "99")))
	asked := allocation.CostQuery{Book: b.book, Account: "acme", First: september, Last: october}

	t.Run("are those of approved results alone", func(t *testing.T) {
		found, err := costs.CostPeriods(ctx, b.book, september, october)
		require.NoError(t, err)
		require.Equal(t, []allocation.CostPeriod{{Period: september, Revision: 1}}, found)
	})
	t.Run("come back by day and category", func(t *testing.T) {
		found, err := costs.DailyCosts(ctx, asked)
		require.NoError(t, err)
		require.Equal(t, []string{"2025-09-01 compute 1.5", "2025-09-03 compute 1.5", "2025-09-03 shared 1.5"}, dailyTexts(found))
	})
	t.Run("come back by category, service, resource and tag", func(t *testing.T) {
		items, err := costs.CostItems(ctx, asked)
		require.NoError(t, err)
		var texts []string
		for _, item := range items {
			texts = append(texts, item.Period.String()+" "+item.Dimension+" "+item.Item+" "+item.Amount.String()+" "+item.Currency)
		}
		require.Equal(t, []string{
			"2025-09 category compute 3 USD", "2025-09 category shared 1.5 USD", "2025-09 resource vm-acme 3 USD",
			"2025-09 service EC2 3 USD", "2025-09 service control-plane 1.5 USD",
			"2025-09 tag:env prod 3 USD", "2025-09 tag:team web\tshop 3 USD",
		}, texts)
	})
	t.Run("come back by day, service, resource and tag where the day is known", func(t *testing.T) {
		query := asked
		query.Currency = "USD"
		items, err := costs.DayItems(ctx, query, []time.Time{september.Start(), september.Start().AddDate(0, 0, 2), september.Start().AddDate(0, 0, 3)})
		require.NoError(t, err)
		var texts []string
		for _, item := range items {
			texts = append(texts, item.Day.Format(time.DateOnly)+" "+item.Dimension+" "+item.Item+" "+item.Amount.String())
		}
		require.Equal(t, []string{
			"2025-09-03 resource vm-acme 1.5", "2025-09-03 service EC2 1.5", "2025-09-03 tag:env prod 1.5", "2025-09-03 tag:team web\tshop 1.5",
		}, texts, "of two lines one knows its days")
	})
	t.Run("come back by tags", func(t *testing.T) {
		totals, err := costs.TagTotals(ctx, allocation.TagTotalQuery{Book: b.book, Account: "acme", From: september.Start(), Until: october.End()})
		require.NoError(t, err)
		require.Len(t, totals, 2)
		for _, total := range totals {
			if total.Shared {
				require.Equal(t, "1.5", total.Amount.String())
				continue
			}
			require.Equal(t, "3", total.Amount.String())
			require.Equal(t, map[string]string{"team": "web\tshop", "env": "prod"}, total.Tags.Values)
			require.Equal(t, map[string]string{"team": "Team "}, total.Tags.Spellings)
		}
	})
	t.Run("give every day of everybody", func(t *testing.T) {
		var texts []string
		query := allocation.DailyTotalQuery{Book: b.book, From: september.Start().AddDate(0, 0, 1), Until: september.Start().AddDate(0, 0, 3)}
		require.NoError(t, costs.DailyTotals(ctx, query, func(total allocation.DailyTotal) error {
			texts = append(texts, total.Account+" "+total.Day.Format(time.DateOnly)+" "+total.Amount.String())
			return nil
		}))
		require.Equal(t, []string{"acme 2025-09-02 0", "acme 2025-09-03 3", "globex 2025-09-02 0", "globex 2025-09-03 3"}, texts)
	})
	t.Run("of another currency are left out where one is named", func(t *testing.T) {
		other := asked
		other.Currency = "EUR"
		found, err := costs.DailyCosts(ctx, other)
		require.NoError(t, err)
		require.Empty(t, found)
	})
	t.Run("count shared cells of projections that have them among their lines", func(t *testing.T) {
		_, err := b.pool.Exec(ctx, `INSERT INTO cost_lines (projection_id, account, category, currency, service, shared, amount, resource_id, project_id)
			SELECT projection_id, 'acme', 'shared', 'USD', 'logging', true, 0.25, '', '' FROM cost_projections WHERE period = '2025-09'`)
		require.NoError(t, err)
		items, err := costs.CostItems(ctx, asked)
		require.NoError(t, err)
		amounts := map[string]string{}
		for _, item := range items {
			amounts[item.Dimension+" "+item.Item] = item.Amount.String()
		}
		require.Equal(t, "1.75", amounts["category shared"])
		require.Equal(t, "1.5", amounts["service control-plane"])
		require.Equal(t, "0.25", amounts["service logging"])
		totals, err := costs.TagTotals(ctx, allocation.TagTotalQuery{Book: b.book, Account: "acme", From: september.Start(), Until: october.End()})
		require.NoError(t, err)
		shared := decimal.Zero
		for _, total := range totals {
			if total.Shared {
				shared = shared.Add(total.Amount)
			}
		}
		require.Equal(t, "1.75", shared.String())
	})
	t.Run("stop where the reader wants no more", func(t *testing.T) {
		enough := errors.New("enough")
		query := allocation.DailyTotalQuery{Book: b.book, From: september.Start(), Until: september.End()}
		require.ErrorIs(t, costs.DailyTotals(ctx, query, func(allocation.DailyTotal) error { return enough }), enough)
	})
}

func dailyTexts(costs []allocation.DailyCost) []string {
	var texts []string
	for _, cost := range costs {
		texts = append(texts, cost.Day.Format(time.DateOnly)+" "+string(cost.Category)+" "+cost.Amount.String())
	}
	return texts
}

func TestCostsAreStored(t *testing.T) {
	b := newBench(t)
	costs := postgres.NewCosts(b.pool)
	ref := b.open(t, september)
	count := func(t *testing.T) (lines, months int) {
		t.Helper()
		require.NoError(t, b.pool.QueryRow(ctx, "SELECT (SELECT count(*) FROM cost_lines), (SELECT count(*) FROM cost_days)").Scan(&lines, &months))
		return lines, months
	}
	t.Run("not at all where something fails", func(t *testing.T) {
		broken := errors.New("the bill is broken")
		require.ErrorIs(t, costs.StoreCosts(ctx, ref, "hash", func(sink allocation.CostSink) error {
			require.NoError(t, sink.Lines([]allocation.CostLine{{Account: "acme", Currency: "USD"}}))
			return broken
		}), broken)
		lines, _ := count(t)
		require.Zero(t, lines)
	})
	t.Run("with the reason where the database refuses", func(t *testing.T) {
		err := costs.StoreCosts(ctx, ref, "hash", func(sink allocation.CostSink) error {
			return sink.Lines([]allocation.CostLine{{Currency: "USD"}})
		})
		require.ErrorContains(t, err, "cost_lines_account_check")
	})
	t.Run("once", func(t *testing.T) {
		for range 2 {
			require.NoError(t, costs.StoreCosts(ctx, ref, "hash", someCosts(september, "1")))
		}
		lines, months := count(t)
		require.Equal(t, 6, lines)
		require.Equal(t, 6, months)
	})
	t.Run("never of other inputs", func(t *testing.T) {
		err := costs.StoreCosts(ctx, ref, "other", someCosts(september, "2"))
		require.True(t, fault.Is(err, fault.Tampered), "%v", err)
	})
	t.Run("anew where they are provisional and the inputs changed", func(t *testing.T) {
		provisional := closing.AttemptRef{Book: b.book, Period: october}
		for _, hash := range []string{"one", "one", "two"} {
			require.NoError(t, costs.StoreCosts(ctx, provisional, hash, someCosts(october, "2")))
			stored, err := costs.ProvisionalHash(ctx, provisional)
			require.NoError(t, err)
			require.Equal(t, hash, stored)
		}
		lines, months := count(t)
		require.Equal(t, 12, lines)
		require.Equal(t, 12, months)
		found, err := costs.CostPeriods(ctx, b.book, october, october)
		require.NoError(t, err)
		require.Equal(t, []allocation.CostPeriod{{Period: october, Provisional: true}}, found)
	})
	t.Run("without days where nothing was charged", func(t *testing.T) {
		empty := closing.AttemptRef{Book: b.book, Period: october.Next()}
		require.NoError(t, costs.StoreCosts(ctx, empty, "none", func(allocation.CostSink) error { return nil }))
	})
}

func TestCostsOfATenant(t *testing.T) {
	b := newBench(t)
	costs := postgres.NewCosts(b.pool)
	require.NoError(t, costs.StoreCosts(ctx, b.close(t, september), "hash", someCosts(september, "1")))
	waiting := b.open(t, october)
	require.NoError(t, costs.StoreCosts(ctx, waiting, "hash", someCosts(october, "2")))
	asTenant := func(t *testing.T, id string, read func(context.Context, pgx.Tx, *postgres.Costs)) {
		t.Helper()
		require.NoError(t, postgres.AsTenant(ctx, b.pool, id, func(tx pgx.Tx) error {
			read(ctx, tx, postgres.NewCosts(tx))
			return nil
		}))
	}
	asked := allocation.CostQuery{Book: b.book, Account: "acme", First: september, Last: october}
	t.Run("are its own", func(t *testing.T) {
		asTenant(t, "acme", func(ctx context.Context, tx pgx.Tx, own *postgres.Costs) {
			found, err := own.DailyCosts(ctx, asked)
			require.NoError(t, err)
			require.Len(t, found, 3)
			items, err := own.CostItems(ctx, asked)
			require.NoError(t, err)
			require.NotEmpty(t, items)
			for _, table := range []string{"cost_days", "cost_lines"} {
				var others int
				require.NoError(t, tx.QueryRow(ctx, "SELECT count(*) FROM "+table+" WHERE account <> 'acme'").Scan(&others))
				require.Zero(t, others)
			}
		})
	})
	t.Run("are nobody else's", func(t *testing.T) {
		asTenant(t, "globex", func(ctx context.Context, _ pgx.Tx, own *postgres.Costs) {
			found, err := own.DailyCosts(ctx, asked)
			require.NoError(t, err)
			require.Empty(t, found)
			totals, err := own.TagTotals(ctx, allocation.TagTotalQuery{Book: b.book, Account: "acme", From: september.Start(), Until: october.End()})
			require.NoError(t, err)
			require.Empty(t, totals)
		})
	})
	t.Run("are not what nobody approved", func(t *testing.T) {
		asTenant(t, "acme", func(ctx context.Context, tx pgx.Tx, _ *postgres.Costs) {
			var found int
			require.NoError(t, tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM cost_projections WHERE period = '2025-10')
				+ (SELECT count(*) FROM cost_lines WHERE amount = 2)`).Scan(&found))
			require.Zero(t, found)
		})
	})
}

package postgres_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestApplyBook(t *testing.T) {
	b := newBench(t)
	apply := func(t *testing.T, book closing.Book, want postgres.BookChange) {
		t.Helper()
		change, err := postgres.ApplyBook(ctx, b.pool, book)
		require.NoError(t, err)
		require.Equal(t, want, change)
		stored, err := postgres.NewClosing(b.pool).Book(ctx, book.ID)
		require.NoError(t, err)
		require.True(t, book.VarianceTolerance.Equal(stored.VarianceTolerance))
		require.Equal(t, book.Currency, stored.Currency)
		require.ElementsMatch(t, book.Approvers, stored.Approvers)
	}
	other := closing.SampleBook()
	other.ID = "other"
	t.Run("makes a book", func(t *testing.T) { apply(t, other, postgres.BookCreated) })
	t.Run("leaves the same book alone", func(t *testing.T) {
		other.VarianceTolerance = decimal.RequireFromString("0.0100")
		apply(t, other, postgres.BookUnchanged)
	})
	t.Run("changes everything while nothing is closed", func(t *testing.T) {
		other.Currency, other.Basis, other.Approvers = "EUR", closing.BasisBilled, []string{"ada"}
		apply(t, other, postgres.BookChanged)
	})
	t.Run("refuses what no book may be", func(t *testing.T) {
		wrong := other
		wrong.CloseDay = 31
		_, err := postgres.ApplyBook(ctx, b.pool, wrong)
		require.True(t, fault.Is(err, fault.InvalidInput), err)
	})

	main, err := postgres.NewClosing(b.pool).Book(ctx, closing.SampleBook().ID)
	require.NoError(t, err)
	euros := main
	euros.Currency = "EUR"
	ref := b.open(t, september)
	t.Run("keeps the currency while a period is being closed", func(t *testing.T) {
		_, err := postgres.ApplyBook(ctx, b.pool, euros)
		require.True(t, fault.Is(err, fault.Conflict), err)
		require.ErrorContains(t, err, "the currency of book main stays while 2025-09 is being closed")
	})
	require.NoError(t, postgres.NewClosing(b.pool).Reopen(ctx, ref, nil, "not now"))
	b.close(t, september)
	t.Run("keeps what closed periods were calculated by", func(t *testing.T) {
		billed, charged := main, main
		billed.Basis, charged.PeriodBy = closing.BasisBilled, closing.PeriodByCharge
		for field, book := range map[string]closing.Book{"currency": euros, "cost_basis": billed, "period_by": charged} {
			_, err := postgres.ApplyBook(ctx, b.pool, book)
			require.True(t, fault.Is(err, fault.Conflict), err)
			require.ErrorContains(t, err, "the "+field+" of book main stays: 2025-09 is closed with it")
		}
	})
	t.Run("changes the rest of a book with closed periods", func(t *testing.T) {
		main.VarianceTolerance, main.CloseDay = decimal.RequireFromString("2.5"), 5
		apply(t, main, postgres.BookChanged)
	})
}

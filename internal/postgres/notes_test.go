package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestNotesOfAResult(t *testing.T) {
	pool := postgrestest.New(t)
	noted := []closing.CurrencyTotal{{Currency: "USD", NotesCount: 1, Notes: []closing.Note{{Kind: "fallback", Pool: "network", Value: "equal"}}}}
	// awaiting brings a result with notes to where people are asked.
	awaiting := func(t *testing.T, b *bench) (closing.AttemptRef, string) {
		t.Helper()
		ref := b.open(t, september)
		frozen := manifest(ref)
		frozen.Basis, frozen.PeriodBy = "effective", "billing"
		manifestHash, err := b.periods.SaveManifest(ctx, ref, frozen)
		require.NoError(t, err)
		require.NoError(t, b.ledger.Put(ctx, distribution(ref, 1, 2)))
		base, err := closing.HashedWith(manifestHash, noted)
		require.NoError(t, err)
		hash, err := ledger.ResultHash(base, b.ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt))
		require.NoError(t, err)
		require.NoError(t, b.periods.SaveResult(ctx, ref, hash, noted))
		require.NoError(t, b.periods.AwaitApproval(ctx, ref, deadline(september)))
		return ref, hash
	}
	t.Run("are shown with cost basis and period column, and sealed", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := awaiting(t, b)
		status, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		require.Equal(t, noted[0].Notes, status.Totals[0].Notes)
		require.Equal(t, "effective billing", string(status.Basis)+" "+string(status.PeriodBy))
		_, err = b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
	})
	t.Run("cannot be changed before the approval", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := awaiting(t, b)
		_, err := pool.Exec(ctx, `UPDATE close_attempts SET totals = jsonb_set(totals, '{0,notes,0,value}', '"residual"')
			WHERE book = $1 AND period = $2 AND attempt = $3`, ref.Book, ref.Period.String(), ref.Attempt)
		require.NoError(t, err)
		_, err = b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.True(t, fault.Is(err, fault.Tampered), "%v", err)
	})
}

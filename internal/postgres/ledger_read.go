package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Transactions yields an attempt's transactions in key order, as the port says, one at a time in
// memory. Between two of them no query is open, so the caller may use the same pool meanwhile. Errors
// end the sequence.
func (l *Ledger) Transactions(ctx context.Context, book string, month period.Period, attempt int) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		rows, err := l.db.Query(ctx, `SELECT tx_id, attempt, stage, pool, currency, amount FROM ledger_transactions t
			WHERE `+ofAttempt+` ORDER BY stage, pool, currency`, book, month.String(), attempt)
		var headers []header
		if err == nil {
			headers, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (header, error) {
				h := header{Transaction: ledger.Transaction{Key: ledger.Key{Book: book, Period: month}}}
				err := row.Scan(&h.id, &h.Key.Attempt, &h.Key.Stage, &h.Key.Pool, &h.Key.Currency, scannedNumber{&h.Amount})
				return h, err
			})
		}
		if err != nil {
			yield(ledger.Transaction{}, explain(err, "reading the ledger of %s of book %s", month, book))
			return
		}
		// The headers are few, one per pool and currency; the entries are many.
		for _, h := range headers {
			entries, _, err := l.entries(ctx, h.id, h.Key)
			h.Entries = entries
			if !yield(h.Transaction, err) || err != nil {
				return
			}
		}
	}
}

// header is a transaction whose entries are not read yet.
type header struct {
	ledger.Transaction
	id int64
}

// ofAttempt limits a query to the transactions of the attempt in parameters 1 to 3, or to those whose
// publishing that attempt went on with.
const ofAttempt = `t.book = $1 AND t.period = $2 AND t.attempt = coalesce((SELECT a.ledger_attempt FROM close_attempts a
	WHERE a.book = $1 AND a.period = $2 AND a.attempt = $3), $3)`

// AsOf yields a bill as it stands with a revision, as the port says, one pool at a time in memory.
func (l *Ledger) AsOf(ctx context.Context, book string, month period.Period, revision, attempt int) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		fail := func(err error) {
			yield(ledger.Transaction{}, explain(err, "reading revision %d of %s of book %s", revision, month, book))
		}
		filter := ledger.Filter{Book: book, Period: month, Revision: revision, Attempt: attempt}
		heads, err := l.cellHeads(ctx, filter, ledger.Position{})
		if err != nil {
			fail(err)
			return
		}
		for _, head := range heads {
			head.key.Attempt = 0
			transaction, err := l.summed(ctx, head)
			if err != nil {
				fail(err)
				return
			}
			if !yield(transaction, nil) {
				return
			}
		}
	}
}

// summed reads a pool's cells over the transactions that it is made of.
func (l *Ledger) summed(ctx context.Context, head cellHead) (ledger.Transaction, error) {
	summed := ledger.Transaction{Key: head.key}
	rows, err := l.db.Query(ctx, `SELECT account, sum(amount) FROM ledger_entries
		WHERE tx_id = ANY ($1) AND account <> $2 GROUP BY account ORDER BY account`, head.ids, ledger.PoolAccount(head.key.Pool))
	if err != nil {
		return summed, err
	}
	var entry ledger.Entry
	_, err = pgx.ForEachRow(rows, []any{&entry.Account, scannedNumber{&entry.Amount}}, func() error {
		summed.Entries = append(summed.Entries, entry)
		summed.Amount = summed.Amount.Add(entry.Amount)
		return nil
	})
	return summed, err
}

// AccountTotals sums an attempt's entries by currency and account, exactly, as numeric does.
func (l *Ledger) AccountTotals(ctx context.Context, book string, month period.Period, attempt int) ([]ledger.AccountTotal, error) {
	rows, err := l.db.Query(ctx, `SELECT e.account, t.currency, sum(e.amount)
		FROM ledger_transactions t JOIN ledger_entries e USING (tx_id)
		WHERE `+ofAttempt+` AND e.account NOT LIKE 'pool:%'
		GROUP BY t.currency, e.account ORDER BY t.currency, e.account`, book, month.String(), attempt)
	if err != nil {
		return nil, explain(err, "summing the ledger of %s of book %s", month, book)
	}
	totals, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ledger.AccountTotal, error) {
		var total ledger.AccountTotal
		err := row.Scan(&total.Account, &total.Currency, scannedNumber{&total.Amount})
		return total, err
	})
	return totals, explain(err, "summing the ledger of %s of book %s", month, book)
}

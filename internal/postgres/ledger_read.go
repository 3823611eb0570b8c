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

// AccountTotals sums an attempt's entries by currency and account, exactly, as numeric does.
func (l *Ledger) AccountTotals(ctx context.Context, book string, month period.Period, attempt int) ([]ledger.AccountTotal, error) {
	rows, err := l.db.Query(ctx, `SELECT e.account, t.currency, sum(e.amount)
		FROM ledger_transactions t JOIN ledger_entries e USING (tx_id)
		WHERE `+ofAttempt+` AND e.account <> 'pool:' || t.pool
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

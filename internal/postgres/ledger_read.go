package postgres

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Transactions yields an attempt's transactions in key order, one at a time in memory.
func (l *Ledger) Transactions(ctx context.Context, book string, month period.Period, attempt int) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		rows, err := l.db.Query(ctx, `SELECT tx_id, attempt, stage, pool, currency, amount FROM ledger_transactions
			WHERE book = $1 AND period = $2 AND attempt = coalesce((SELECT ledger_attempt FROM close_attempts
				WHERE book = $1 AND period = $2 AND attempt = $3), $3)
			ORDER BY stage, pool, currency`, book, month.String(), attempt)
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

// Cells lists cells by their place in the order of stage, pool, currency and account.
func (l *Ledger) Cells(ctx context.Context, filter ledger.Filter, after ledger.Position, limit int) ([]ledger.Cell, error) {
	if filter.Book == "" || filter.Period.IsZero() || (filter.Attempt == 0 && filter.Revision == 0) {
		return nil, fault.New(fault.InvalidInput, "a listing of cells needs a book, a period, and an attempt or a revision")
	}
	query, arguments := cellsQuery(filter, after, limit)
	rows, err := l.db.Query(ctx, query, arguments...)
	if err != nil {
		return nil, explain(err, "listing the cells of %s of book %s", filter.Period, filter.Book)
	}
	cells, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ledger.Cell, error) {
		var cell ledger.Cell
		err := row.Scan(&cell.Book, scannedMonth{&cell.Period}, &cell.Attempt, &cell.Stage, &cell.Pool,
			&cell.Currency, &cell.Revision, &cell.Account, scannedNumber{&cell.Amount})
		return cell, err
	})
	return cells, explain(err, "listing the cells of %s of book %s", filter.Period, filter.Book)
}

// cellsQuery reads, from each transaction at or behind the position, no more entries than the page
// can hold: every page costs a few index ranges, wherever it lies.
func cellsQuery(filter ledger.Filter, after ledger.Position, limit int) (string, []any) {
	arguments := []any{after.Stage, after.Pool, after.Currency, after.Account, limit, filter.Book, filter.Period.String()}
	argument := func(value any) string {
		arguments = append(arguments, value)
		return fmt.Sprintf("$%d", len(arguments))
	}
	where := []string{"t.book = $6", "t.period = $7", "(t.stage, t.pool, t.currency) >= ($1, $2, $3)"}
	if filter.Attempt != 0 {
		attempt := argument(filter.Attempt)
		where = append(where, `t.attempt = coalesce((SELECT ledger_attempt FROM close_attempts a
			WHERE a.book = t.book AND a.period = t.period AND a.attempt = `+attempt+`), `+attempt+`)`)
	}
	if filter.Revision != 0 {
		where = append(where, "t.revision = "+argument(filter.Revision))
	}
	if filter.Pool != "" {
		where = append(where, "t.pool = "+argument(filter.Pool))
	}
	if filter.Currency != "" {
		where = append(where, "t.currency = "+argument(filter.Currency))
	}
	account := "true"
	if filter.Account != "" {
		account = "account = " + argument(filter.Account)
	}
	return `SELECT t.book, t.period, t.attempt, t.stage, t.pool, t.currency, coalesce(t.revision, 0), e.account, e.amount
		FROM ledger_transactions t
		CROSS JOIN LATERAL (
			SELECT account, amount FROM ledger_entries
			WHERE tx_id = t.tx_id AND account <> 'pool:' || t.pool AND ` + account + `
				AND account > CASE WHEN (t.stage, t.pool, t.currency) = ($1, $2, $3) THEN $4 ELSE '' END
			ORDER BY account LIMIT $5) e
		WHERE ` + strings.Join(where, " AND ") + `
		ORDER BY t.stage, t.pool, t.currency, e.account LIMIT $5`, arguments
}

package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Cells lists cells by their place in the order of stage, pool, currency and account. It looks up
// the transactions at or behind the position and then reads ranges of their entries until the page
// is full: two index ranges for most pages, wherever they lie. One query over both tables depends on
// statistics that the planner does not have just after a result was stored.
func (l *Ledger) Cells(ctx context.Context, filter ledger.Filter, after ledger.Position, limit int) ([]ledger.Cell, error) {
	if filter.Book == "" || filter.Period.IsZero() || (filter.Attempt == 0 && filter.Revision == 0) {
		return nil, fault.New(fault.InvalidInput, "a listing of cells needs a book, a period, and an attempt or a revision")
	}
	heads, err := l.cellHeads(ctx, filter, after)
	cells := []ledger.Cell{}
	// How many transactions a page spans is not known: from two on, twice as many are asked at once.
	for size := 2; err == nil && len(heads) > 0 && len(cells) < limit; size *= 2 {
		next := min(size, len(heads))
		if filter.Account != "" {
			// Each holds one cell at most.
			next = min(limit, len(heads))
		}
		cells, err = l.appendCells(ctx, cells, heads[:next], filter.Account, after, limit)
		heads = heads[next:]
	}
	return cells, explain(err, "listing the cells of %s of book %s", filter.Period, filter.Book)
}

// cellHead is a transaction whose entries may belong to the page.
type cellHead struct {
	id       int64
	key      ledger.Key
	revision int
}

// cellHeads lists, in order, the transactions in which the page may lie. It selects no column that a
// tenant's role may not read.
func (l *Ledger) cellHeads(ctx context.Context, filter ledger.Filter, after ledger.Position) ([]cellHead, error) {
	arguments := []any{filter.Book, filter.Period.String(), after.Stage, after.Pool, after.Currency}
	where := []string{"book = $1", "period = $2", "(stage, pool, currency) >= ($3, $4, $5)"}
	narrow := func(condition string, value any) {
		arguments = append(arguments, value)
		where = append(where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(arguments))))
	}
	if filter.Attempt != 0 {
		narrow(`attempt = coalesce((SELECT a.ledger_attempt FROM close_attempts a
			WHERE a.book = $1 AND a.period = $2 AND a.attempt = ?), ?)`, filter.Attempt)
	}
	if filter.Revision != 0 {
		narrow("revision = ?", filter.Revision)
	}
	if filter.Pool != "" {
		narrow("pool = ?", filter.Pool)
	}
	if filter.Currency != "" {
		narrow("currency = ?", filter.Currency)
	}
	rows, err := l.db.Query(ctx, `SELECT tx_id, attempt, stage, pool, currency, coalesce(revision, 0)
		FROM ledger_transactions WHERE `+strings.Join(where, " AND ")+` ORDER BY stage, pool, currency, attempt`, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (cellHead, error) {
		head := cellHead{key: ledger.Key{Book: filter.Book, Period: filter.Period}}
		err := row.Scan(&head.id, &head.key.Attempt, &head.key.Stage, &head.key.Pool, &head.key.Currency, &head.revision)
		return head, err
	})
}

// appendCells reads the entries of some transactions in one round trip and appends them up to limit.
func (l *Ledger) appendCells(ctx context.Context, cells []ledger.Cell, heads []cellHead, account string, after ledger.Position, limit int) ([]ledger.Cell, error) {
	batch := &pgx.Batch{}
	for _, head := range heads {
		from := ""
		// Only the transaction in which the last page ended is read from its middle.
		if head.key.Stage == after.Stage && head.key.Pool == after.Pool && head.key.Currency == after.Currency {
			from = after.Account
		}
		// The pool's credit is bookkeeping, not a cell.
		query := "SELECT account, amount FROM ledger_entries WHERE tx_id = $1 AND account > $2 AND account <> $3"
		arguments := []any{head.id, from, ledger.PoolAccount(head.key.Pool), limit - len(cells)}
		if account != "" {
			query += " AND account = $5"
			arguments = append(arguments, account)
		}
		batch.Queue(query+" ORDER BY account LIMIT $4", arguments...).Query(func(rows pgx.Rows) error {
			var entry ledger.Entry
			_, err := pgx.ForEachRow(rows, []any{&entry.Account, scannedNumber{&entry.Amount}}, func() error {
				if len(cells) < limit {
					cells = append(cells, ledger.Cell{Key: head.key, Entry: entry, Revision: head.revision})
				}
				return nil
			})
			return err
		})
	}
	err := l.db.SendBatch(ctx, batch).Close()
	return cells, err
}

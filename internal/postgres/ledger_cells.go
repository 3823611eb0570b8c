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
// the pools at or behind the position and then reads ranges of their entries until the page
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
		cells, err = l.appendCells(ctx, cells, heads[:next], filter, after, limit)
		heads = heads[next:]
	}
	return cells, explain(err, "listing the cells of %s of book %s", filter.Period, filter.Book)
}

// cellHead is a pool whose cells may belong to the page: of one transaction, or of several that
// revisions of a bill are made of.
type cellHead struct {
	ids      []int64
	key      ledger.Key
	revision int
}

// cellHeads lists, in order, the pools in which the page may lie. It selects no column that a
// tenant's role may not read.
func (l *Ledger) cellHeads(ctx context.Context, filter ledger.Filter, after ledger.Position) ([]cellHead, error) {
	arguments := []any{filter.Book, filter.Period.String(), after.Stage, after.Pool, after.Currency}
	where := []string{"t.book = $1", "t.period = $2", "(t.stage, t.pool, t.currency) >= ($3, $4, $5)"}
	narrow := func(condition string, value any) {
		arguments = append(arguments, value)
		where = append(where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(arguments))))
	}
	switch {
	case filter.Revision == 0:
		narrow("t.attempt = "+ledgerAttempt, filter.Attempt)
	case filter.Deltas:
		narrow("t.revision = ?", filter.Revision)
	case filter.Attempt == 0:
		narrow("t.revision <= ?", filter.Revision)
	default:
		arguments = append(arguments, filter.Revision)
		narrow("(t.revision <= "+fmt.Sprintf("$%d", len(arguments))+" OR t.attempt = "+ledgerAttempt+")", filter.Attempt)
	}
	if filter.Pool != "" {
		narrow("t.pool = ?", filter.Pool)
	}
	if filter.Currency != "" {
		narrow("t.currency = ?", filter.Currency)
	}
	rows, err := l.db.Query(ctx, `SELECT array_agg(t.tx_id), max(t.attempt), t.stage, t.pool, t.currency, coalesce(max(t.revision), 0)
		FROM ledger_transactions t WHERE `+strings.Join(where, " AND ")+`
		GROUP BY t.stage, t.pool, t.currency ORDER BY t.stage, t.pool, t.currency`, arguments...)
	if err != nil {
		return nil, err
	}
	heads, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (cellHead, error) {
		head := cellHead{key: ledger.Key{Book: filter.Book, Period: filter.Period}}
		err := row.Scan(&head.ids, &head.key.Attempt, &head.key.Stage, &head.key.Pool, &head.key.Currency, &head.revision)
		return head, err
	})
	if err != nil || len(heads) == 0 || (filter.Revision == 0 && !filter.Deltas) {
		return heads, err
	}
	return heads, l.nameRevision(ctx, filter, heads)
}

// ledgerAttempt is the attempt that stored the ledger transactions of another, which ? stands for.
const ledgerAttempt = `coalesce((SELECT a.ledger_attempt FROM close_attempts a
	WHERE a.book = $1 AND a.period = $2 AND a.attempt = ?), ?)`

// nameRevision puts the cells of a bill under the revision that was asked for, and under the attempt
// that made it; cells that a restatement did not touch are its own as well. What a restatement stored
// has the number that it will be published under, so that it reads the same before and after.
func (l *Ledger) nameRevision(ctx context.Context, filter ledger.Filter, heads []cellHead) error {
	attempt, revision := filter.Attempt, filter.Revision
	var err error
	if attempt == 0 {
		err = l.db.QueryRow(ctx, `SELECT coalesce(max(ledger_attempt), 0) FROM close_attempts
			WHERE book = $1 AND period = $2 AND revision = $3`, filter.Book, filter.Period.String(), revision).Scan(&attempt)
	} else {
		err = l.db.QueryRow(ctx, `SELECT coalesce(max(coalesce(revision, restates)), 0), coalesce(max(ledger_attempt), $3) FROM close_attempts
			WHERE book = $1 AND period = $2 AND attempt = $3`, filter.Book, filter.Period.String(), attempt).Scan(&revision, &attempt)
	}
	for i := range heads {
		heads[i].revision, heads[i].key.Attempt = revision, attempt
	}
	return err
}

// appendCells reads the entries of some pools in one round trip and appends them up to limit.
func (l *Ledger) appendCells(ctx context.Context, cells []ledger.Cell, heads []cellHead, filter ledger.Filter, after ledger.Position, limit int) ([]ledger.Cell, error) {
	batch := &pgx.Batch{}
	for _, head := range heads {
		from := ""
		// Only the pool in which the last page ended is read from its middle.
		if head.key.Stage == after.Stage && head.key.Pool == after.Pool && head.key.Currency == after.Currency {
			from = after.Account
		}
		query, arguments := cellsOf(head, from, filter, limit-len(cells))
		batch.Queue(query, arguments...).Query(func(rows pgx.Rows) error {
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

// cellsOf returns the query for a pool's cells after an account. Those of one transaction, which are
// most, are a range of an index; those of several are summed. The pool's credit is bookkeeping, not a
// cell.
func cellsOf(head cellHead, from string, filter ledger.Filter, limit int) (string, []any) {
	amount, transaction, group := "amount", "tx_id = $1", ""
	arguments := []any{head.ids[0], from, ledger.PoolAccount(head.key.Pool), limit}
	if len(head.ids) > 1 {
		amount, transaction, group = "sum(amount)", "tx_id = ANY ($1)", " GROUP BY account"
		arguments[0] = head.ids
	}
	query := "SELECT account, " + amount + " FROM ledger_entries WHERE " + transaction + " AND account > $2 AND account <> $3"
	if filter.Account != "" {
		arguments = append(arguments, filter.Account)
		query += fmt.Sprintf(" AND account = $%d", len(arguments))
	}
	if filter.WithoutTransfers {
		arguments = append(arguments, ledger.PoolAccount(""))
		query += fmt.Sprintf(" AND NOT starts_with(account, $%d)", len(arguments))
	}
	return query + group + " ORDER BY account LIMIT $4", arguments
}

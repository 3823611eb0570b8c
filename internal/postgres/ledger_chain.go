package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// chainPage is how many sealed transactions are looked up at once; their entries are read one by
// one.
const chainPage = 500

// VerifyChain walks the chain of a book as it was at one instant, however many approvals commit
// meanwhile, and returns what it holds. The first row that was edited, dropped or reordered is named
// in a Tampered error. With noted, the hash of a head that an earlier walk returned, it is also a
// Tampered error when the chain no longer holds that.
func VerifyChain(ctx context.Context, pool *pgxpool.Pool, book, noted string) (report ledger.Report, err error) {
	// Head and chain must be of one instant: an approval between the two reads would look like
	// tampering.
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, pool, snapshot, func(tx pgx.Tx) error {
		stored := NewLedger(tx)
		head, err := stored.Head(ctx, book)
		if err != nil {
			return err
		}
		found := noted == ""
		report, err = ledger.Verify(head, func(yield func(ledger.Sealed, error) bool) {
			for transaction, err := range stored.Sealed(ctx, book) {
				found = found || transaction.ChainHash == noted
				if !yield(transaction, err) {
					return
				}
			}
		})
		if err == nil && !found {
			return fault.New(fault.Tampered, "the chain of book %s was rewritten: it no longer holds the head %s", book, noted)
		}
		return err
	})
	return report, explain(err, "verifying the ledger of book %s", book)
}

// Head returns the end of a book's chain; a book in which nothing was sealed has an empty one.
func (l *Ledger) Head(ctx context.Context, book string) (ledger.Head, error) {
	head := ledger.Head{Book: book}
	err := l.db.QueryRow(ctx, "SELECT transactions, hash FROM ledger_heads WHERE book = $1", book).Scan(&head.Transactions, &head.Hash)
	if noRow(err) {
		return head, nil
	}
	return head, explain(err, "reading the head of book %s", book)
}

// Sealed yields the sealed transactions of a book in the order of the chain, with what is stored in
// their rows and nothing made up: finding that a row does not fit is ledger.Verify's. Errors end the
// sequence.
func (l *Ledger) Sealed(ctx context.Context, book string) iter.Seq2[ledger.Sealed, error] {
	return func(yield func(ledger.Sealed, error) bool) {
		// Indexes begin with 1; one that was set to 0 is found too.
		for last := int64(-1); ; {
			page, err := l.chainPage(ctx, book, last)
			if err != nil {
				yield(ledger.Sealed{}, explain(err, "reading the chain of book %s", book))
				return
			}
			for _, next := range page {
				last = next.Index
				next.Entries, next.Credit, err = l.entries(ctx, next.id, next.Key)
				if !yield(next.Sealed, err) || err != nil {
					return
				}
			}
			if len(page) < chainPage {
				return
			}
		}
	}
}

// sealedHeader is a sealed transaction whose entries are not read yet.
type sealedHeader struct {
	ledger.Sealed
	id int64
}

// chainPage reads the rows of some sealed transactions, in the order of the chain.
func (l *Ledger) chainPage(ctx context.Context, book string, after int64) ([]sealedHeader, error) {
	rows, err := l.db.Query(ctx, `SELECT tx_id, period, attempt, stage, pool, currency, amount, entries,
			revision, chain_index, content_hash, previous_hash, chain_hash
		FROM ledger_transactions WHERE book = $1 AND sealed AND chain_index > $2
		ORDER BY chain_index LIMIT $3`, book, after, chainPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (sealedHeader, error) {
		var s sealedHeader
		s.Key.Book = book
		err := row.Scan(&s.id, scannedMonth{&s.Key.Period}, &s.Key.Attempt, &s.Key.Stage, &s.Key.Pool, &s.Key.Currency,
			scannedNumber{&s.Amount}, &s.Count, &s.Revision, &s.Index, &s.ContentHash, &s.PreviousHash, &s.ChainHash)
		return s, err
	})
}

// entries reads a transaction's entries in byte order and, apart from them, the pool's credit.
func (l *Ledger) entries(ctx context.Context, id int64, key ledger.Key) (entries []ledger.Entry, credit decimal.NullDecimal, err error) {
	rows, err := l.db.Query(ctx, "SELECT account, amount FROM ledger_entries WHERE tx_id = $1 ORDER BY account", id)
	if err != nil {
		return nil, credit, explain(err, "reading the entries of %s", key)
	}
	pool := ledger.PoolAccount(key.Pool)
	var entry ledger.Entry
	_, err = pgx.ForEachRow(rows, []any{&entry.Account, scannedNumber{&entry.Amount}}, func() error {
		if entry.Account == pool {
			credit = decimal.NewNullDecimal(entry.Amount)
			return nil
		}
		entries = append(entries, entry)
		return nil
	})
	return entries, credit, explain(err, "reading the entries of %s", key)
}

package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// sealAttempt seals the attempt's transactions in key order at the end of the book's chain. The
// head's row is locked until the approval commits, so approvals of other periods wait their turn.
func sealAttempt(ctx context.Context, tx pgx.Tx, attempt *held, revision int) error {
	ids, hashes, err := unsealed(ctx, tx, attempt)
	if err != nil {
		return err
	}
	base, err := hashedWith(ctx, tx, attempt)
	if err != nil {
		return err
	}
	if ledger.CombineHashes(base, hashes) != attempt.resultHash {
		return fault.New(fault.Tampered, "the ledger no longer holds what result %.12s of %s of book %s was made of; reject it and close again",
			attempt.resultHash, attempt.ref.Period, attempt.ref.Book)
	}
	head, err := lockHead(ctx, tx, attempt.ref.Book)
	if err != nil {
		return err
	}
	// The links are made here and not in SQL: whoever verifies the chain must be able to do the same
	// without a database.
	indexes := make([]int64, len(ids))
	previous, chained := make([]string, len(ids)), make([]string, len(ids))
	for i := range ids {
		var link ledger.Link
		link, head = head.Append(hashes[i], attempt.ref.Attempt, revision)
		indexes[i], previous[i], chained[i] = link.Index, link.PreviousHash, link.ChainHash
	}
	// One statement for all; the trigger behind it sums each transaction's entries once.
	if _, err := tx.Exec(ctx, `UPDATE ledger_transactions t
		SET sealed = true, revision = $1, chain_index = l.chain_index, previous_hash = l.previous_hash,
			chain_hash = l.chain_hash, sealed_at = now()
		FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) l (tx_id, chain_index, previous_hash, chain_hash)
		WHERE t.tx_id = l.tx_id`, revision, ids, indexes, previous, chained); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE ledger_heads SET transactions = $2, hash = $3 WHERE book = $1", head.Book, head.Transactions, head.Hash)
	return err
}

// hashedWith returns what the result's hash begins with, made anew from what is stored.
func hashedWith(ctx context.Context, tx pgx.Tx, attempt *held) (string, error) {
	var totals []closing.CurrencyTotal
	err := tx.QueryRow(ctx, "SELECT coalesce(totals, '[]') FROM close_attempts WHERE book = $1 AND period = $2 AND attempt = $3",
		attempt.ref.Book, attempt.ref.Period.String(), attempt.ref.Attempt).Scan(&totals)
	if err != nil {
		return "", err
	}
	return closing.HashedWith(attempt.manifestHash, totals)
}

// unsealed lists the attempt's transactions in key order, which is the order of the result hash and
// of the chain. The columns collate in byte order, as Go compares.
func unsealed(ctx context.Context, tx pgx.Tx, attempt *held) (ids []int64, hashes []string, err error) {
	rows, err := tx.Query(ctx, `SELECT tx_id, content_hash FROM ledger_transactions
		WHERE book = $1 AND period = $2 AND attempt = $3 ORDER BY stage, pool, currency FOR UPDATE`,
		attempt.ref.Book, attempt.ref.Period.String(), attempt.ref.Attempt)
	if err != nil {
		return nil, nil, err
	}
	var id int64
	var hash string
	_, err = pgx.ForEachRow(rows, []any{&id, &hash}, func() error {
		ids, hashes = append(ids, id), append(hashes, hash)
		return nil
	})
	return ids, hashes, err
}

// lockHead makes the head of a book's chain where there is none, locks and reads it.
func lockHead(ctx context.Context, tx pgx.Tx, book string) (ledger.Head, error) {
	head := ledger.Head{Book: book}
	if _, err := tx.Exec(ctx, "INSERT INTO ledger_heads (book) VALUES ($1) ON CONFLICT DO NOTHING", book); err != nil {
		return head, err
	}
	err := tx.QueryRow(ctx, "SELECT transactions, hash FROM ledger_heads WHERE book = $1 FOR UPDATE", book).
		Scan(&head.Transactions, &head.Hash)
	return head, err
}

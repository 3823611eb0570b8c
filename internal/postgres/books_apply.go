package postgres

import (
	"context"
	"reflect"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// BookChange says what ApplyBook did.
type BookChange string

// The changes.
const (
	BookCreated   BookChange = "created"
	BookChanged   BookChange = "changed"
	BookUnchanged BookChange = "unchanged"
)

// ApplyBook makes a book or changes it to what is given. An invalid book is an InvalidInput error. A
// book that a close works on, or that has approved results, keeps what these were calculated by:
// another currency, cost basis or period column is a Conflict error.
func ApplyBook(ctx context.Context, db DB, book closing.Book) (change BookChange, err error) {
	if err := book.Validate(); err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		created, err := EnsureBook(ctx, tx, book)
		if err != nil || created {
			change = BookCreated
			return err
		}
		// A first attempt at a period refers to the book's row and waits for this lock.
		if _, err := tx.Exec(ctx, "SELECT FROM books WHERE book = $1 FOR UPDATE", book.ID); err != nil {
			return err
		}
		stored, err := readBook(ctx, tx, book.ID)
		if err != nil {
			return err
		}
		if sameBook(stored, book) {
			change = BookUnchanged
			return nil
		}
		if field := stored.FixedByResults(book); field != "" {
			if err := checkNoResults(ctx, tx, book.ID, field); err != nil {
				return err
			}
		}
		change = BookChanged
		return updateBook(ctx, tx, book)
	})
	return change, explain(err, "applying book %s", book.ID)
}

// sameBook compares what is stored; a tolerance of 0.010 is one of 0.01, and no list an empty one.
func sameBook(stored, wanted closing.Book) bool {
	if !stored.VarianceTolerance.Equal(wanted.VarianceTolerance) || !stored.AnomalyLeastImpact.Equal(wanted.AnomalyLeastImpact) {
		return false
	}
	stored.VarianceTolerance, stored.BillingAccounts, stored.Approvers =
		wanted.VarianceTolerance, listOf(stored.BillingAccounts), listOf(stored.Approvers)
	stored.AnomalyLeastImpact = wanted.AnomalyLeastImpact
	wanted.BillingAccounts, wanted.Approvers = listOf(wanted.BillingAccounts), listOf(wanted.Approvers)
	return reflect.DeepEqual(stored, wanted)
}

// checkNoResults returns a Conflict error that names a period which has an approved result or which
// an attempt works on.
func checkNoResults(ctx context.Context, tx pgx.Tx, book, field string) error {
	var month string
	var revision int
	err := tx.QueryRow(ctx, `SELECT period, revision FROM periods
		WHERE book = $1 AND (revision > 0 OR state NOT IN ('open', 'failed'))
		ORDER BY revision DESC, period LIMIT 1`, book).Scan(&month, &revision)
	switch {
	case noRow(err):
		return nil
	case err != nil:
		return err
	case revision == 0:
		return fault.New(fault.Conflict, "the %s of book %s stays while %s is being closed; decide on that close first", field, book, month)
	default:
		return fault.New(fault.Conflict, "the %s of book %s stays: %s is closed with it; make another book", field, book, month)
	}
}

func updateBook(ctx context.Context, tx pgx.Tx, book closing.Book) error {
	_, err := tx.Exec(ctx, `UPDATE books SET (`+bookColumns+`)
		= ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) WHERE book = $1`, bookValues(book)...)
	return err
}

package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// bookColumns are read by scanBook and written by EnsureBook and ApplyBook, in this order.
const bookColumns = `book, name, billing_accounts, currency, cost_basis, period_by, posting_digits, close_day,
	variance_tolerance, in_order, first_period, approval_deadline, reminder_every, approvers, anomaly_least_impact`

// Book returns a book, or a NotFound error.
func (s *Closing) Book(ctx context.Context, book string) (closing.Book, error) {
	return readBook(ctx, s.db, book)
}

// Books lists all books in byte order of id.
func (s *Closing) Books(ctx context.Context) ([]closing.Book, error) {
	rows, err := s.db.Query(ctx, "SELECT "+bookColumns+" FROM books ORDER BY book")
	if err != nil {
		return nil, explain(err, "listing the books")
	}
	books, err := pgx.CollectRows(rows, scanBook)
	return books, explain(err, "listing the books")
}

// EnsureBook makes a book unless there is one of that id, which then stays as it is: seeding again
// after an upgrade must not undo what people have changed. It reports whether it made it. It does not
// check the book beyond the constraints of its table.
func EnsureBook(ctx context.Context, db DB, book closing.Book) (created bool, err error) {
	tag, err := db.Exec(ctx, `INSERT INTO books (`+bookColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (book) DO NOTHING`,
		bookValues(book)...)
	if err != nil {
		return false, explain(err, "making book %s", book.ID)
	}
	return tag.RowsAffected() == 1, nil
}

// bookValues are the values of bookColumns.
func bookValues(book closing.Book) []any {
	return []any{
		book.ID, book.Name, listOf(book.BillingAccounts), book.Currency, string(book.Basis), string(book.PeriodBy),
		book.PostingDigits, book.CloseDay, number(book.VarianceTolerance), book.InOrder, book.FirstPeriod.String(),
		book.ApprovalDeadline, book.ReminderEvery, listOf(book.Approvers), number(book.AnomalyLeastImpact),
	}
}

// readBook reads a book on a pool or within somebody's transaction.
func readBook(ctx context.Context, db DB, id string) (closing.Book, error) {
	rows, err := db.Query(ctx, "SELECT "+bookColumns+" FROM books WHERE book = $1", id)
	if err != nil {
		return closing.Book{}, explain(err, "reading book %s", id)
	}
	book, err := pgx.CollectExactlyOneRow(rows, scanBook)
	if noRow(err) {
		return closing.Book{}, fault.New(fault.NotFound, "there is no book %s", id)
	}
	return book, explain(err, "reading book %s", id)
}

func scanBook(row pgx.CollectableRow) (closing.Book, error) {
	var book closing.Book
	err := row.Scan(&book.ID, &book.Name, &book.BillingAccounts, &book.Currency, &book.Basis, &book.PeriodBy,
		&book.PostingDigits, &book.CloseDay, scannedNumber{&book.VarianceTolerance}, &book.InOrder,
		scannedMonth{&book.FirstPeriod}, &book.ApprovalDeadline, &book.ReminderEvery, &book.Approvers,
		scannedNumber{&book.AnomalyLeastImpact})
	return book, err
}

// listOf keeps null out of columns that hold lists.
func listOf(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}

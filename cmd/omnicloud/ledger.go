package main

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// ledgerCommand groups what there is to do with the ledger.
type ledgerCommand struct {
	Verify ledgerVerifyCommand `cmd:"" help:"Walk the hash chain of every book and name the first edited, dropped or reordered row."`
}

// ledgerVerifyCommand proves that what was approved is what is stored.
type ledgerVerifyCommand struct {
	Database databaseFlags `embed:""`

	Book string `help:"Verify this book alone." placeholder:"BOOK"`
	Head string `help:"Hash that an earlier run printed for the book: it must still be part of the chain." placeholder:"HASH"`
}

// Run prints one line per book whose chain holds; the first that does not is the error.
func (c *ledgerVerifyCommand) Run(ctx context.Context, std streams) error {
	if c.Head != "" && c.Book == "" {
		return usageError{fault.New(fault.InvalidInput, "--head belongs to one book; name it with --book")}
	}
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	books, err := c.books(ctx, postgres.NewClosing(pool))
	if err != nil {
		return err
	}
	for _, book := range books {
		report, err := postgres.VerifyChain(ctx, pool, book, c.Head)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(std.Out, "book %s: %d transactions, %d entries, head %s\n",
			book, report.Transactions, report.Entries, headText(report.Hash)); err != nil {
			return err
		}
	}
	return nil
}

func (c *ledgerVerifyCommand) books(ctx context.Context, store *postgres.Closing) ([]string, error) {
	if c.Book != "" {
		book, err := store.Book(ctx, c.Book)
		return []string{book.ID}, err
	}
	books, err := store.Books(ctx)
	ids := make([]string, 0, len(books))
	for _, book := range books {
		ids = append(ids, book.ID)
	}
	return ids, err
}

func headText(hash string) string {
	if hash == "" {
		return "none"
	}
	return hash
}

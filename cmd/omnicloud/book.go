package main

import (
	"context"
	"fmt"
	"io"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// bookCommand makes, changes and shows books.
type bookCommand struct {
	Apply bookApplyCommand `cmd:"" help:"Make a book, or change it to what a file says; what the file leaves out has its default."`
	Show  bookShowCommand  `cmd:"" help:"Print a book in the form that apply reads."`
}

type bookApplyCommand struct {
	Database databaseFlags `embed:""`

	Path string `arg:"" help:"YAML or JSON of the book; - is standard input." placeholder:"FILE"`
}

// Run applies the file and says what became of the book.
func (c *bookApplyCommand) Run(ctx context.Context, std streams) error {
	book, err := c.read(std.In)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	change, err := postgres.ApplyBook(ctx, pool, book)
	if err != nil {
		return err
	}
	hint := ""
	if change != postgres.BookUnchanged {
		hint = "; omnicloud schedules apply, or the next start of a worker, schedules its closes"
	}
	_, err = fmt.Fprintf(std.Out, "book %s: %s%s\n", book.ID, change, hint)
	return err
}

func (c *bookApplyCommand) read(stdin io.Reader) (closing.Book, error) {
	if c.Path != "-" {
		return rulesfile.ReadBook(c.Path)
	}
	text, err := io.ReadAll(stdin)
	if err != nil {
		return closing.Book{}, fault.Wrap(err, fault.InvalidInput, "standard input cannot be read")
	}
	return rulesfile.ParseBook("standard input", text)
}

type bookShowCommand struct {
	Database databaseFlags `embed:""`

	Book string `arg:"" help:"Id of the book; every book where left out." optional:""`
}

// Run prints the book, or every book as documents that can be applied one by one.
func (c *bookShowCommand) Run(ctx context.Context, std streams) error {
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	books, err := c.books(ctx, postgres.NewClosing(pool))
	if err != nil {
		return err
	}
	if len(books) == 0 {
		fmt.Fprintln(std.Err, "there is no book; make one with omnicloud book apply")
	}
	for i, book := range books {
		if i > 0 {
			fmt.Fprintln(std.Out, "---")
		}
		if _, err := std.Out.Write(rulesfile.FormatBook(book)); err != nil {
			return err
		}
	}
	return nil
}

func (c *bookShowCommand) books(ctx context.Context, stored *postgres.Closing) ([]closing.Book, error) {
	if c.Book == "" {
		return stored.Books(ctx)
	}
	book, err := stored.Book(ctx, c.Book)
	return []closing.Book{book}, err
}

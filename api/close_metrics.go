package api

import (
	"context"
	"log/slog"

	"github.com/omnicloud/omnicloud/domain/closing"
)

func closeMetrics(source Figures, logger *slog.Logger) *figures {
	f := &figures{about: "closes", logger: logger}
	periods := f.describe("periods", "Periods that were ever worked on, by book and state.", "book", "state")
	since := f.describe("approval_waiting_since_timestamp_seconds", "Since when the oldest result of a book waits for approval; missing where none does.", "book")
	deadline := f.describe("approval_deadline_timestamp_seconds", "Until when the most urgent approval of a book may come; missing where none is waited for.", "book")
	closed := f.describe("last_close_timestamp_seconds", "When a period of a book was last closed; missing before the first.", "book")
	f.read = func(ctx context.Context, tell gauge) error {
		read, err := source.Closes(ctx)
		if err != nil {
			return err
		}
		books := map[string]bool{}
		for of := range read.Periods {
			books[of.Book] = true
		}
		for book := range books {
			for _, state := range closing.States() {
				tell(periods, float64(read.Periods[closing.PeriodsOf{Book: book, State: state}]), book, string(state))
			}
		}
		for book, waiting := range read.Waiting {
			tell(since, at(waiting.Since), book)
			tell(deadline, at(waiting.Deadline), book)
		}
		for book, instant := range read.Closed {
			tell(closed, at(instant), book)
		}
		return nil
	}
	return f
}

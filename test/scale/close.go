package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// pace is how often the state of what runs is asked for.
	pace = 100 * time.Millisecond
	// patience bounds the wait for it.
	patience = time.Hour
)

// periodStatus is what is read of a month.
type periodStatus struct {
	State      string `json:"state"`
	Reason     string `json:"reason"`
	WorkflowID string `json:"workflow_id"`
	ResultHash string `json:"result_hash"`
	Totals     []struct {
		Currency string `json:"currency"`
		Billed   string `json:"billed"`
		Cells    int64  `json:"cells"`
	} `json:"totals"`
}

const periodPath = "/v1/books/main/periods/" + month

// close closes the month, approves what comes of it at once, and prints what it took.
func (s *stack) close(ctx context.Context, lines int64) error {
	took := s.measure()
	if err := s.post(ctx, periodPath+"/close", "application/json", "", ""); err != nil {
		return err
	}
	waiting, err := s.await(ctx, "awaiting_approval")
	if err != nil {
		return err
	}
	calculated := time.Since(took.began)
	if err := s.post(ctx, periodPath+"/decisions", "application/json", `{"decision":"approve"}`, waiting.ResultHash); err != nil {
		return err
	}
	closed, err := s.await(ctx, "closed")
	if err != nil {
		return err
	}
	whole := took.print("close", lines, "charges")
	fmt.Printf("%-24s %8.1f s to the result\n", "", calculated.Seconds())
	for _, total := range closed.Totals {
		fmt.Printf("%-24s %s %s in %d cells, result %.12s\n", "", total.Currency, total.Billed, total.Cells, closed.ResultHash)
	}
	return s.printHistory(ctx, closed.WorkflowID, whole)
}

// await asks until the month is in a state.
func (s *stack) await(ctx context.Context, state string) (status periodStatus, err error) {
	err = poll(ctx, func() (bool, error) {
		err := s.call(ctx, "auditor", http.MethodGet, periodPath, nil, "", &status)
		if err == nil && status.State == "failed" {
			err = fmt.Errorf("the close failed: %s", status.Reason)
		}
		return status.State == state, err
	})
	return status, err
}

// poll asks until the answer is yes.
func poll(ctx context.Context, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for {
		if done, err := ask(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// printSizes prints what the database holds.
func (s *stack) printSizes(ctx context.Context) (err error) {
	connection, err := pgx.Connect(ctx, s.Endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, connection.Close(ctx)) }()
	rows, err := connection.Query(ctx, `SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
		WHERE relkind = 'r' AND pg_total_relation_size(oid) > 10000000 ORDER BY pg_total_relation_size(oid) DESC`)
	if err != nil {
		return err
	}
	var name string
	var table, indexes int64
	_, err = pgx.ForEachRow(rows, []any{&name, &table, &indexes}, func() error {
		fmt.Printf("%-24s %8.0f MB, indexes %.0f MB\n", name, megabytes(table), megabytes(indexes))
		return nil
	})
	return err
}

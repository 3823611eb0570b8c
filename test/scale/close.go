package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

const (
	// pace is how often the state of a close is asked for.
	pace = 100 * time.Millisecond
	// patience bounds a close.
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
func (s *stack) close(ctx context.Context, memory *memory, lines int64) error {
	memory.reset()
	worker, postgres := cpuSeconds(s.pids()["worker"]), cpuSeconds(s.pids()["postgres"])
	began := time.Now()
	if err := s.post(ctx, periodPath+"/close", "application/json", "", ""); err != nil {
		return err
	}
	waiting, err := s.await(ctx, "awaiting_approval")
	if err != nil {
		return err
	}
	calculated := time.Since(began)
	if err := s.post(ctx, periodPath+"/decisions", "application/json", `{"decision":"approve"}`, waiting.ResultHash); err != nil {
		return err
	}
	closed, err := s.await(ctx, "closed")
	if err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Printf("%-24s %8.1f s, of them %.1f s to the result; %.0f charges/s; worker at most %d MB, PostgreSQL at most %d MB\n",
		"close", took.Seconds(), calculated.Seconds(), float64(lines)/took.Seconds(), memory.peak("worker"), memory.peak("postgres"))
	fmt.Printf("%-24s %8.1f s of CPU in the worker, %.1f s in PostgreSQL\n", "",
		cpuSeconds(s.pids()["worker"])-worker, cpuSeconds(s.pids()["postgres"])-postgres)
	for _, total := range closed.Totals {
		fmt.Printf("%-24s %s %s in %d cells, result %.12s\n", "", total.Currency, total.Billed, total.Cells, closed.ResultHash)
	}
	return s.printHistory(ctx, closed.WorkflowID, took)
}

// await asks until the month is in a state.
func (s *stack) await(ctx context.Context, state string) (status periodStatus, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for {
		if err := s.call(ctx, "auditor", http.MethodGet, periodPath, nil, "", &status); err != nil {
			return status, err
		}
		switch status.State {
		case state:
			return status, nil
		case "failed":
			return status, fmt.Errorf("the close failed: %s", status.Reason)
		}
		select {
		case <-ctx.Done():
			return status, ctx.Err()
		case <-ticker.C:
		}
	}
}

// printHistory prints the seconds inside every activity and the share of the whole that is not.
func (s *stack) printHistory(ctx context.Context, workflowID string, whole time.Duration) (err error) {
	connected, err := client.Dial(client.Options{HostPort: s.Endpoints.Temporal, Logger: quiet{}})
	if err != nil {
		return err
	}
	defer connected.Close()
	names, starts, events := map[int64]string{}, map[int64]time.Time{}, 0
	var inside time.Duration
	history := connected.GetWorkflowHistory(ctx, workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return err
		}
		events++
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
			names[event.EventId] = scheduled.GetActivityType().GetName()
		}
		if started := event.GetActivityTaskStartedEventAttributes(); started != nil {
			starts[started.GetScheduledEventId()] = event.GetEventTime().AsTime()
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); completed != nil {
			took := event.GetEventTime().AsTime().Sub(starts[completed.GetScheduledEventId()])
			inside += took
			fmt.Printf("  %-22s %8.1f s\n", names[completed.GetScheduledEventId()], took.Seconds())
		}
	}
	fmt.Printf("%-24s %8d events; %.1f %% of the close was spent outside activities\n", "history", events, 100*(whole-inside).Seconds()/whole.Seconds())
	return nil
}

// quiet keeps the client's own lines out of the figures.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

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

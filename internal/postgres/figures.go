package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Figures counts what operators watch of closes, messages and forecasts, over all tenants. It is safe for
// concurrent use.
type Figures struct{ db DB }

// NewFigures returns the figures of a pool.
func NewFigures(db DB) *Figures { return &Figures{db: db} }

// Closes tells where the periods of each book stand.
func (f *Figures) Closes(ctx context.Context) (closing.Figures, error) {
	figures := closing.Figures{
		Periods: map[closing.PeriodsOf]int64{}, Waiting: map[string]closing.Waiting{}, Closed: map[string]time.Time{},
	}
	var batch pgx.Batch
	batch.Queue("SELECT book, state, count(*) FROM periods GROUP BY book, state").Query(func(rows pgx.Rows) error {
		var of closing.PeriodsOf
		var count int64
		_, err := pgx.ForEachRow(rows, []any{&of.Book, &of.State, &count}, func() error {
			figures.Periods[of] = count
			return nil
		})
		return err
	})
	batch.Queue(`SELECT p.book, min(p.updated_at), min(a.approval_deadline) FROM periods p JOIN close_attempts a USING (book, period, attempt)
		WHERE p.state = 'awaiting_approval' AND a.approval_deadline IS NOT NULL GROUP BY p.book`).Query(func(rows pgx.Rows) error {
		var book string
		var waiting closing.Waiting
		_, err := pgx.ForEachRow(rows, []any{&book, &waiting.Since, &waiting.Deadline}, func() error {
			figures.Waiting[book] = waiting
			return nil
		})
		return err
	})
	batch.Queue("SELECT book, max(ended_at) FROM close_attempts WHERE outcome = 'closed' GROUP BY book").Query(func(rows pgx.Rows) error {
		var book string
		var closed time.Time
		_, err := pgx.ForEachRow(rows, []any{&book, &closed}, func() error {
			figures.Closed[book] = closed
			return nil
		})
		return err
	})
	err := f.db.SendBatch(ctx, &batch).Close()
	return figures, explain(err, "counting periods")
}

// Backlog tells, by topic, what is not delivered yet; a topic of which nothing waits is missing.
func (f *Figures) Backlog(ctx context.Context) (map[string]outbox.Backlog, error) {
	rows, err := f.db.Query(ctx, "SELECT topic, count(*), min(created_at) FROM outbox WHERE delivered_at IS NULL GROUP BY topic")
	if err != nil {
		return nil, explain(err, "counting what is to be delivered")
	}
	backlog := map[string]outbox.Backlog{}
	var topic string
	var waits outbox.Backlog
	_, err = pgx.ForEachRow(rows, []any{&topic, &waits.Messages, &waits.Since}, func() error {
		backlog[topic] = waits
		return nil
	})
	return backlog, explain(err, "counting what is to be delivered")
}

// Forecasts tells of the latest night and of the alerts that stand.
func (f *Figures) Forecasts(ctx context.Context) (foresight.Figures, error) {
	figures := foresight.Figures{Alerts: map[string]int64{}}
	var batch pgx.Batch
	// OFFSET has each document parsed once, not once more to group by.
	batch.Queue(`SELECT severity, count(*) FROM (SELECT document->'alert'->>'severity' AS severity FROM capacity_watch OFFSET 0) told
		WHERE severity IS NOT NULL GROUP BY severity`).Query(countsInto(figures.Alerts))
	batch.Queue("SELECT max(decided_at) FROM forecast_contests").QueryRow(func(row pgx.Row) error {
		var night *time.Time
		err := row.Scan(&night)
		if night != nil {
			figures.Night = *night
		}
		return err
	})
	err := f.db.SendBatch(ctx, &batch).Close()
	return figures, explain(err, "counting forecasts")
}

package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Statements is the foresight.StatementStore in PostgreSQL. It is safe for concurrent use.
type Statements struct{ db DB }

var _ foresight.StatementStore = (*Statements)(nil)

// NewStatements returns the store on a pool, or on the transaction of AsTenant for reading.
func NewStatements(db DB) *Statements { return &Statements{db: db} }

// Terms implements foresight.Statements.
func (s *Statements) Terms(ctx context.Context, keys []foresight.Key) (map[foresight.Key]foresight.Terms, error) {
	tenants, metrics := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		tenants[i], metrics[i] = key.TenantID, string(key.Metric)
	}
	rows, err := s.db.Query(ctx, `SELECT document FROM series_terms
		JOIN unnest($1::text[], $2::text[]) AS wanted (tenant_id, metric) USING (tenant_id, metric)`, tenants, metrics)
	if err != nil {
		return nil, explain(err, "reading what is stated of series")
	}
	list, err := pgx.CollectRows(rows, scanDocument[foresight.Terms])
	stated := make(map[foresight.Key]foresight.Terms, len(list))
	for _, terms := range list {
		stated[terms.Key] = terms
	}
	return stated, explain(err, "reading what is stated of series")
}

// KeepTerms implements foresight.StatementStore.
func (s *Statements) KeepTerms(ctx context.Context, gauge foresight.Gauge, terms []foresight.Terms) error {
	batch := &pgx.Batch{}
	for _, one := range terms {
		document, err := json.Marshal(one)
		if err != nil {
			return explain(err, "keeping what is stated of %s", gauge.Metric)
		}
		batch.Queue(`INSERT INTO series_terms (tenant_id, metric, gauge, document) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, metric) DO UPDATE SET (gauge, document, stated_at) = (excluded.gauge, excluded.document, now())`,
			one.TenantID, string(one.Metric), gauge.ID, document)
	}
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
	return explain(err, "keeping what is stated of %s", gauge.Metric)
}

// ForgetTerms implements foresight.StatementStore.
func (s *Statements) ForgetTerms(ctx context.Context, but []foresight.Gauge) error {
	ids := make([]string, len(but))
	for i, gauge := range but {
		ids[i] = gauge.ID
	}
	_, err := s.db.Exec(ctx, `DELETE FROM series_terms WHERE gauge <> ALL ($1)`, ids)
	return explain(err, "forgetting what is stated no more")
}

// Events implements foresight.Statements.
func (s *Statements) Events(ctx context.Context) ([]event.Event, error) {
	rows, err := s.db.Query(ctx, `SELECT name, tenant_id, metric, starts_at, ends_at, effect FROM forecast_events ORDER BY place`)
	if err != nil {
		return nil, explain(err, "reading events")
	}
	events, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one event.Event, err error) {
		var tenant, metric string
		if err := row.Scan(&one.Name, &tenant, &metric, scannedInstant{&one.From}, scannedInstant{&one.Until}, &one.Effect); err != nil {
			return one, err
		}
		if tenant != "" {
			one.SeriesID = tenant + "/" + metric
		}
		return one, nil
	})
	return events, explain(err, "reading events")
}

// ReplaceEvents puts events in the place of those that were stated before. SeriesID of one is
// {tenant}/{metric}, or empty.
func (s *Statements) ReplaceEvents(ctx context.Context, events []event.Event) error {
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`LOCK TABLE forecast_events IN SHARE ROW EXCLUSIVE MODE`)
		batch.Queue(`DELETE FROM forecast_events`)
		for place, one := range events {
			tenant, metric, _ := strings.Cut(one.SeriesID, "/")
			batch.Queue(`INSERT INTO forecast_events (place, tenant_id, metric, name, starts_at, ends_at, effect)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`, place, tenant, metric, one.Name, one.From, one.Until, one.Effect)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	return explain(err, "keeping events")
}

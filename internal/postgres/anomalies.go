package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Anomalies is the costwatch.Store in PostgreSQL. It is safe for concurrent use.
type Anomalies struct{ db DB }

var _ costwatch.Store = (*Anomalies)(nil)

// NewAnomalies returns the store on a pool.
func NewAnomalies(db DB) *Anomalies { return &Anomalies{db: db} }

// Record implements costwatch.Store. What is known stays as it was first told, whatever late charges
// have made of its amounts since.
func (a *Anomalies) Record(ctx context.Context, book string, found []allocation.CostAnomaly, announce costwatch.Announce) (added int, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	err = pgx.BeginFunc(ctx, a.db, func(tx pgx.Tx) error {
		added = 0
		var messages []outbox.Message
		for _, one := range found {
			document, err := json.Marshal(one)
			if err != nil {
				return fmt.Errorf("encoding anomaly %s: %w", one.AnomalyID, err)
			}
			tag, err := tx.Exec(ctx, `INSERT INTO anomalies (book, anomaly_id, tenant_id, day, impact, document, detected_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (book, anomaly_id) DO NOTHING`,
				book, one.AnomalyID, one.TenantID, one.PeriodStart.UTC(), number(one.Impact), document, one.DetectedAt)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			message, err := announce(one)
			if err != nil {
				return err
			}
			messages = append(messages, message)
		}
		added = len(messages)
		return addMessages(ctx, tx, messages)
	})
	return added, explain(err, "recording %d anomalies of book %s", len(found), book)
}

// Anomalies implements costwatch.Store.
func (a *Anomalies) Anomalies(ctx context.Context, filter costwatch.Filter, after costwatch.Position, limit int) ([]costwatch.Recorded, error) {
	// Days run backwards and ids forwards: the first day to show is the last one.
	day := after.Day
	if day.IsZero() {
		day = lastDay
	}
	rows, err := a.db.Query(ctx, `SELECT book, document FROM anomalies
		WHERE (day < $1 OR (day = $1 AND (anomaly_id, book) > ($2, $7))) AND ($3 = '' OR book = $3) AND ($4 = '' OR tenant_id = $4)
			AND impact >= $5
		ORDER BY day DESC, anomaly_id, book LIMIT $6`,
		day.UTC(), after.ID, filter.Book, filter.TenantID, number(filter.MinImpact), limit, after.Book)
	if err != nil {
		return nil, explain(err, "listing anomalies")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (costwatch.Recorded, error) {
		var recorded costwatch.Recorded
		var document []byte
		err := row.Scan(&recorded.Book, &document)
		if err == nil {
			err = json.Unmarshal(document, &recorded.CostAnomaly)
		}
		return recorded, err
	})
	return list, explain(err, "listing anomalies")
}

// lastDay is later than any day on record.
var lastDay = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
)

// Anomalies is the costwatch.Store in PostgreSQL. It is safe for concurrent use.
type Anomalies struct{ db DB }

var _ costwatch.Store = (*Anomalies)(nil)

// NewAnomalies returns the store on a pool.
func NewAnomalies(db DB) *Anomalies { return &Anomalies{db: db} }

// Anomalies implements costwatch.Store.
func (a *Anomalies) Anomalies(ctx context.Context, filter costwatch.Filter, after costwatch.Position, limit int) ([]costwatch.Recorded, error) {
	// Days run backwards and ids forwards: the first day to show is the last one.
	day := after.Day
	if day.IsZero() {
		day = lastDay
	}
	rows, err := a.db.Query(ctx, `SELECT book, document, state FROM anomalies
		WHERE (day < $1 OR (day = $1 AND (anomaly_id, book) > ($2, $7))) AND ($3 = '' OR book = $3) AND ($4 = '' OR tenant_id = $4)
			AND impact >= $5 AND ($8 = '' OR state = $8)
		ORDER BY day DESC, anomaly_id, book LIMIT $6`,
		day.UTC(), after.ID, filter.Book, filter.TenantID, number(filter.MinImpact), limit, after.Book, string(filter.State))
	if err != nil {
		return nil, explain(err, "listing anomalies")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (costwatch.Recorded, error) {
		var recorded costwatch.Recorded
		var document []byte
		var state string
		err := row.Scan(&recorded.Book, &document, &state)
		if err == nil {
			err = json.Unmarshal(document, &recorded.CostAnomaly)
			recorded.State = allocation.AnomalyState(state)
		}
		return recorded, err
	})
	return list, explain(err, "listing anomalies")
}

// lastDay is later than any day on record.
var lastDay = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

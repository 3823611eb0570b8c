package postgres

import (
	"context"
	"encoding/json"
	"reflect"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// CustomTrainings is the foresight.CustomTrainings in PostgreSQL. It is safe for concurrent use.
type CustomTrainings struct{ db DB }

var _ foresight.CustomTrainings = (*CustomTrainings)(nil)

// NewCustomTrainings returns the store on a pool.
func NewCustomTrainings(db DB) *CustomTrainings { return &CustomTrainings{db: db} }

// Open implements foresight.CustomTrainings. Of two at once, the second waits for the end of the first.
func (c *CustomTrainings) Open(ctx context.Context, asked foresight.CustomTraining) (opened foresight.CustomTraining, err error) {
	err = pgx.BeginFunc(ctx, c.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('custom training ' || $1 || ' ' || $2, 0))`,
			asked.TenantID, string(asked.Metric)); err != nil {
			return err
		}
		running, err := one[foresight.CustomTraining](ctx, tx, `SELECT document FROM custom_trainings
			WHERE tenant_id = $1 AND metric = $2 AND state = 'training'`, asked.TenantID, string(asked.Metric))
		if err == nil {
			opened = running
			return sameConfig(running, asked)
		}
		if !noRow(err) {
			return err
		}
		opened = asked
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) + 1 FROM custom_trainings WHERE tenant_id = $1 AND metric = $2`,
			asked.TenantID, string(asked.Metric)).Scan(&opened.Version); err != nil {
			return err
		}
		document, err := json.Marshal(opened)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO custom_trainings (training_id, tenant_id, metric, version, state, requested_at, document)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			opened.TrainingID, opened.TenantID, string(opened.Metric), opened.Version, string(opened.State), opened.RequestedAt, document)
		return err
	})
	return opened, explain(err, "keeping the training of a model for %s", asked.TenantID)
}

// sameConfig is a Conflict error where the training under way is not the one asked for.
func sameConfig(running, asked foresight.CustomTraining) error {
	if reflect.DeepEqual(running.Config, asked.Config) {
		return nil
	}
	return fault.New(fault.Conflict, "training %s of another model for %s is under way; wait for its end, cancel job %s, or ask for the same again where that job is lost",
		running.TrainingID, running.Metric, running.WorkflowID())
}

// Training implements foresight.CustomTrainings.
func (c *CustomTrainings) Training(ctx context.Context, tenantID, trainingID string) (foresight.CustomTraining, error) {
	found, err := one[foresight.CustomTraining](ctx, c.db, `SELECT document FROM custom_trainings
		WHERE tenant_id = $1 AND training_id = $2`, tenantID, trainingID)
	if noRow(err) {
		return found, fault.New(fault.NotFound, "there is no model training %.200s of this tenant", trainingID)
	}
	return found, explain(err, "reading a model training")
}

// Trainings implements foresight.CustomTrainings.
func (c *CustomTrainings) Trainings(
	ctx context.Context, tenantID string, metric forecast.ResourceMetric, after foresight.TrainingPosition, limit int,
) ([]foresight.CustomTraining, error) {
	rows, err := c.db.Query(ctx, `SELECT document FROM custom_trainings
		WHERE tenant_id = $1 AND ($2 = '' OR metric = $2) AND ($4 = '' OR (requested_at, training_id) < ($3, $4))
		ORDER BY requested_at DESC, training_id DESC LIMIT $5`,
		tenantID, string(metric), after.RequestedAt, after.TrainingID, limit)
	if err != nil {
		return nil, explain(err, "listing model trainings of %s", tenantID)
	}
	list, err := pgx.CollectRows(rows, scanDocument[foresight.CustomTraining])
	return list, explain(err, "listing model trainings of %s", tenantID)
}

// End implements foresight.CustomTrainings.
func (c *CustomTrainings) End(ctx context.Context, ended foresight.CustomTraining) error {
	document, err := json.Marshal(ended)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "a model cannot be written down")
	}
	_, err = c.db.Exec(ctx, `UPDATE custom_trainings SET state = $2, document = $3 WHERE training_id = $1 AND state = 'training'`,
		ended.TrainingID, string(ended.State), document)
	return explain(err, "keeping the end of model training %s", ended.TrainingID)
}

// one reads the JSON document of the one row that a query finds.
func one[D any](ctx context.Context, db DB, statement string, arguments ...any) (document D, err error) {
	rows, err := db.Query(ctx, statement, arguments...)
	if err != nil {
		return document, err
	}
	return pgx.CollectExactlyOneRow(rows, scanDocument[D])
}

package postgres

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Write implements infra.Store.
func (s *Resources) Write(ctx context.Context, id string, write infra.Write, decide infra.Decide) (written infra.Resource, replayed bool, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		earlier, err := claimWrite(ctx, tx, id, write)
		if err != nil {
			return err
		}
		if replayed = earlier != nil; replayed {
			written = *earlier
			return nil
		}
		written, err = writeOnce(ctx, tx, id, write, decide)
		if err != nil {
			return err
		}
		return answerWrite(ctx, tx, write, written)
	})
	if err != nil {
		return infra.Resource{}, false, explain(err, "writing resource %s", id)
	}
	return written, replayed, nil
}

// writeOnce makes the next version of a resource while nobody else can.
func writeOnce(ctx context.Context, tx pgx.Tx, id string, write infra.Write, decide infra.Decide) (infra.Resource, error) {
	current, err := lockResource(ctx, tx, id)
	if err != nil {
		return infra.Resource{}, err
	}
	next, passed, err := decide(current)
	if err != nil {
		return infra.Resource{}, err
	}
	// PostgreSQL keeps microseconds; what is answered is what will be read.
	next.UpdatedAt = next.UpdatedAt.Truncate(1000)
	if err := upsertResource(ctx, tx, next); err != nil {
		return infra.Resource{}, err
	}
	if err := saveDependencies(ctx, tx, current, next); err != nil {
		return infra.Resource{}, err
	}
	from := infra.State("")
	if current != nil {
		from = current.State
	}
	return next, saveTransitions(ctx, tx, next, from, passed, write)
}

// lockResource reads a resource that nobody else may write until the transaction ends. Others may
// still come to depend on it meanwhile. Where there is no row to lock, its id is.
func lockResource(ctx context.Context, tx pgx.Tx, id string) (*infra.Resource, error) {
	// A statement that waits for a lock sees what stood beside the row when it began, so the resource is
	// read by another.
	const lock = "SELECT FROM resources WHERE resource_id = $1 FOR NO KEY UPDATE"
	locked, err := tx.Exec(ctx, lock, id)
	if err != nil {
		return nil, err
	}
	if locked.RowsAffected() == 0 {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock_shared($1)", creationLock); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 210))", id); err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, lock, id); err != nil {
			return nil, err
		}
	}
	return readResource(ctx, tx, id)
}

func upsertResource(ctx context.Context, tx pgx.Tx, next infra.Resource) error {
	_, err := tx.Exec(ctx, `INSERT INTO resources
			(resource_id, resource_type, tenant_id, desired, actual, schema, state, version, unreadable, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (resource_id) DO UPDATE SET resource_type = excluded.resource_type, tenant_id = excluded.tenant_id,
			desired = excluded.desired, actual = excluded.actual, schema = excluded.schema, state = excluded.state,
			version = excluded.version, unreadable = excluded.unreadable, updated_at = excluded.updated_at`,
		next.ID, next.Type, next.TenantID, jsonOrNull(next.Desired), jsonOrNull(next.Actual), jsonOrNull(next.Schema),
		next.State, next.Version, next.Unreadable, next.UpdatedAt)
	return err
}

// saveTransitions keeps the states that a write went through.
func saveTransitions(ctx context.Context, tx pgx.Tx, next infra.Resource, from infra.State, passed []infra.State, write infra.Write) error {
	batch := &pgx.Batch{}
	for step, to := range passed {
		batch.Queue(`INSERT INTO resource_transitions (resource_id, version, step, from_state, to_state, at, actor, reason, correlation_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			next.ID, next.Version, step, from, to, next.UpdatedAt, write.Actor, write.Reason, write.CorrelationID)
		from = to
	}
	return tx.SendBatch(ctx, batch).Close()
}

// saveDependencies keeps what a resource depends on, where that changed, and refuses circles, unknown
// dependencies, and the deletion of what others depend on.
func saveDependencies(ctx context.Context, tx pgx.Tx, current *infra.Resource, next infra.Resource) error {
	before := []string(nil)
	if current != nil {
		before = current.DependsOn
	}
	deleted := next.State == infra.Deleted
	if slices.Equal(before, next.DependsOn) && !deleted {
		return nil
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", dependencyLock); err != nil {
		return err
	}
	if deleted {
		if err := refuseDependents(ctx, tx, next.ID); err != nil {
			return err
		}
	}
	if err := refuseUnknown(ctx, tx, next); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM resource_dependencies WHERE resource_id = $1", next.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO resource_dependencies SELECT $1, unnest($2::text[])", next.ID, next.DependsOn); err != nil {
		return err
	}
	return refuseCircles(ctx, tx, next.DependsOn)
}

func refuseDependents(ctx context.Context, tx pgx.Tx, id string) error {
	dependents, err := NewResources(tx).Dependents(ctx, id, 3)
	if err != nil || len(dependents) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "resource %s cannot be deleted while others depend on it: %s", id, strings.Join(dependents, ", "))
}

func refuseUnknown(ctx context.Context, tx pgx.Tx, next infra.Resource) error {
	rows, err := tx.Query(ctx, `SELECT wanted FROM unnest($1::text[]) AS wanted
		WHERE NOT EXISTS (SELECT FROM resources r WHERE r.resource_id = wanted AND r.state <> 'deleted') LIMIT 1`, next.DependsOn)
	if err != nil {
		return err
	}
	unknown, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(unknown) == 0 {
		return err
	}
	return fault.Invalid("/depends_on", "resource %s depends on %s, which nobody knows", next.ID, unknown[0])
}

func refuseCircles(ctx context.Context, tx pgx.Tx, from []string) error {
	graph, err := reachable(ctx, tx, from)
	if err != nil {
		return err
	}
	_, err = graph.Order()
	return err
}

// reachable returns what resources depend on, directly and through others.
func reachable(ctx context.Context, tx pgx.Tx, from []string) (*infra.Graph, error) {
	rows, err := tx.Query(ctx, `WITH RECURSIVE reached (id) AS (
			SELECT unnest($1::text[]) COLLATE "C" UNION SELECT d.depends_on FROM reached JOIN resource_dependencies d ON d.resource_id = reached.id)
		SELECT d.resource_id, d.depends_on FROM reached JOIN resource_dependencies d ON d.resource_id = reached.id`, from)
	if err != nil {
		return nil, err
	}
	graph := infra.NewGraph(nil)
	var id, dependency string
	_, err = pgx.ForEachRow(rows, []any{&id, &dependency}, func() error {
		graph.Add(id, dependency)
		return nil
	})
	return graph, err
}

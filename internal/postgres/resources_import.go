package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Import implements infra.Store. The rows are copied beside the table first, so that a file of any
// length is checked whole before anybody sees a row of it.
func (s *Resources) Import(ctx context.Context, delivery infra.Delivery, rows infra.Rows) (imported []infra.Imported, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		staged, err := stageResources(ctx, tx, rows)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", creationLock); err != nil {
			return err
		}
		if err := lockStaged(ctx, tx, staged); err != nil {
			return err
		}
		// Circles can only be ruled out while nobody else changes dependencies.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", dependencyLock); err != nil {
			return err
		}
		if imported, err = tallyStaged(ctx, tx); err != nil {
			return err
		}
		return takeStaged(ctx, tx, delivery, staged)
	})
	if err != nil {
		return nil, explain(err, "importing %s", delivery.Name)
	}
	return imported, nil
}

// staged is what is known of the rows beside the table.
type staged struct {
	// places says where each resource stands in the files.
	places map[string]string
	// dependent is set where any resource depends on another.
	dependent bool
}

// stageResources copies the rows into a table of this transaction.
func stageResources(ctx context.Context, tx pgx.Tx, rows infra.Rows) (*staged, error) {
	if _, err := tx.Exec(ctx, `CREATE TEMPORARY TABLE staged_resources (
			resource_id text COLLATE "C" PRIMARY KEY, resource_type text, tenant_id text COLLATE "C", desired json, actual json, schema json,
			state text, unreadable text, depends_on text[], import_hash text, taken boolean NOT NULL DEFAULT true
		) ON COMMIT DROP`); err != nil {
		return nil, err
	}
	source := newResourceSource(rows)
	defer source.stop()
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"staged_resources"},
		[]string{"resource_id", "resource_type", "tenant_id", "desired", "actual", "schema", "state", "unreadable", "depends_on", "import_hash"}, source)
	if source.failure != nil {
		return nil, source.failure // the server only says that the copy was broken off
	}
	return &source.staged, err
}

// lockStaged keeps others from writing what is imported, marks what was imported before with the same
// content, and refuses what someone is changing just now.
func lockStaged(ctx context.Context, tx pgx.Tx, known *staged) error {
	if _, err := tx.Exec(ctx, `SELECT FROM resources r JOIN staged_resources s USING (resource_id)
		ORDER BY r.resource_id FOR NO KEY UPDATE OF r`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE staged_resources s SET taken = false FROM resources r
		WHERE r.resource_id = s.resource_id AND r.import_hash = s.import_hash AND r.state <> 'deleted'`); err != nil {
		return err
	}
	var id, state string
	err := tx.QueryRow(ctx, `SELECT r.resource_id, r.state FROM resources r JOIN staged_resources s USING (resource_id)
		WHERE s.taken AND r.state IN ('creating', 'updating', 'deleting') ORDER BY r.resource_id LIMIT 1`).Scan(&id, &state)
	if noRow(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "%s: resource %s is %s; import it when that is over", known.places[id], id, state)
}

// tallyStaged says what becomes of each tenant's resources.
func tallyStaged(ctx context.Context, tx pgx.Tx) ([]infra.Imported, error) {
	rows, err := tx.Query(ctx, `SELECT s.tenant_id,
			count(*) FILTER (WHERE s.taken AND r.resource_id IS NULL),
			count(*) FILTER (WHERE s.taken AND r.resource_id IS NOT NULL),
			count(*) FILTER (WHERE NOT s.taken), count(*),
			encode(sha256(convert_to(string_agg(s.import_hash, '' ORDER BY s.resource_id), 'UTF8')), 'hex')
		FROM staged_resources s LEFT JOIN resources r USING (resource_id) GROUP BY s.tenant_id ORDER BY s.tenant_id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (infra.Imported, error) {
		var one infra.Imported
		err := row.Scan(&one.TenantID, &one.Added, &one.Replaced, &one.Unchanged, &one.Total, &one.ContentHash)
		return one, err
	})
}

// takeStaged makes what was staged the next version of each resource.
func takeStaged(ctx context.Context, tx pgx.Tx, delivery infra.Delivery, known *staged) error {
	// Where each came from, before that is written over.
	if _, err := tx.Exec(ctx, `CREATE TEMPORARY TABLE staged_moves ON COMMIT DROP AS
		SELECT s.resource_id, coalesce(r.version, 0) + 1 AS version, coalesce(r.state, '') AS from_state, s.state AS to_state
		FROM staged_resources s LEFT JOIN resources r USING (resource_id) WHERE s.taken`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO resources AS r
			(resource_id, resource_type, tenant_id, desired, actual, schema, state, version, unreadable, import_hash, updated_at)
		SELECT resource_id, resource_type, tenant_id, desired, actual, schema, state, 1, unreadable, import_hash, $1
		FROM staged_resources WHERE taken
		ON CONFLICT (resource_id) DO UPDATE SET resource_type = excluded.resource_type, tenant_id = excluded.tenant_id,
			desired = excluded.desired, actual = excluded.actual, schema = excluded.schema, state = excluded.state,
			version = r.version + 1, unreadable = excluded.unreadable, import_hash = excluded.import_hash, updated_at = excluded.updated_at`,
		delivery.CreatedAt); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO resource_transitions (resource_id, version, step, from_state, to_state, at, actor, reason, correlation_id)
		SELECT resource_id, version, 0, from_state, to_state, $1, $2, $3, $4 FROM staged_moves`,
		delivery.CreatedAt, delivery.CreatedBy, "imported", delivery.CorrelationID); err != nil {
		return err
	}
	return takeDependencies(ctx, tx, known)
}

// takeDependencies replaces what imported resources depend on.
func takeDependencies(ctx context.Context, tx pgx.Tx, known *staged) error {
	if _, err := tx.Exec(ctx, `DELETE FROM resource_dependencies d USING staged_resources s WHERE s.taken AND d.resource_id = s.resource_id`); err != nil {
		return err
	}
	if !known.dependent {
		return nil
	}
	var id, unknown string
	err := tx.QueryRow(ctx, `SELECT s.resource_id, wanted FROM staged_resources s CROSS JOIN unnest(s.depends_on) AS wanted
		LEFT JOIN resources r ON r.resource_id = wanted AND r.state <> 'deleted'
		WHERE s.taken AND r.resource_id IS NULL ORDER BY s.resource_id, wanted LIMIT 1`).Scan(&id, &unknown)
	if err == nil {
		return fault.Invalid(known.places[id], "%s: resource %s depends on %s, which nobody knows", known.places[id], id, unknown)
	}
	if !noRow(err) {
		return err
	}
	rows, err := tx.Query(ctx, `INSERT INTO resource_dependencies SELECT resource_id, unnest(depends_on) FROM staged_resources WHERE taken
		RETURNING resource_id`)
	if err != nil {
		return err
	}
	changed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	graph, err := reachable(ctx, tx, changed)
	if err != nil {
		return err
	}
	if circle := graph.Cycle(); circle != nil {
		place := known.places[circle[0]]
		return fault.Invalid(place, "%s: resources depend on each other in a circle: %s", place, strings.Join(circle, " → "))
	}
	return nil
}

package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// The keys of transaction advisory locks. They are taken in this order, resources between the two, so
// that nobody waits in a circle.
const (
	// creationLock is shared by those who make resources one by one, and held alone by an import, which
	// has to know which of its resources are there.
	creationLock = 0x6d616b65
	// dependencyLock is held by whoever changes dependencies: two changes that are each harmless may
	// close a circle together.
	dependencyLock = 0x64657073
)

// maxPageBytes is how much configuration a page holds before it ends early, so that a page of large
// resources can still be sent and read in one piece.
const maxPageBytes = 4 << 20

// Resources is the infra.Store in PostgreSQL. It is safe for concurrent use.
type Resources struct{ db DB }

var _ infra.Store = (*Resources)(nil)

// NewResources returns the store on a pool, or for reading on the transaction that AsTenant gives.
func NewResources(db DB) *Resources { return &Resources{db: db} }

// resourceColumns are what scanResource reads. Configurations come as text, exactly as they were kept.
const resourceColumns = `r.resource_id, r.resource_type, r.tenant_id, r.desired::text AS desired, r.actual::text AS actual, r.schema::text AS schema,
	r.state, r.version, r.unreadable, r.updated_at,
	ARRAY(SELECT d.depends_on FROM resource_dependencies d WHERE d.resource_id = r.resource_id ORDER BY d.depends_on) AS depends_on`

func scanResource(row pgx.CollectableRow) (infra.Resource, error) {
	var resource infra.Resource
	var desired, actual, schema *string
	err := row.Scan(&resource.ID, &resource.Type, &resource.TenantID, &desired, &actual, &schema,
		&resource.State, &resource.Version, &resource.Unreadable, scannedInstant{&resource.UpdatedAt}, &resource.DependsOn)
	resource.Desired, resource.Actual, resource.Schema = configuration(desired), configuration(actual), configuration(schema)
	if len(resource.DependsOn) == 0 {
		resource.DependsOn = nil
	}
	return resource, err
}

// configuration reads a JSON column, null as none.
func configuration(text *string) json.RawMessage {
	if text == nil {
		return nil
	}
	return json.RawMessage(*text)
}

// jsonOrNull passes a configuration as it is, none as null.
func jsonOrNull(text json.RawMessage) *string {
	if text == nil {
		return nil
	}
	written := string(text)
	return &written
}

// Resource implements infra.Store.
func (s *Resources) Resource(ctx context.Context, id string) (infra.Resource, error) {
	resource, err := readResource(ctx, s.db, id)
	if err == nil && resource == nil {
		return infra.Resource{}, fault.New(fault.NotFound, "there is no resource %.128q", id)
	}
	if err != nil {
		return infra.Resource{}, explain(err, "reading resource %.128q", id)
	}
	return *resource, nil
}

// readResource returns a resource, or nil where there is none.
func readResource(ctx context.Context, db DB, id string) (*infra.Resource, error) {
	rows, err := db.Query(ctx, "SELECT "+resourceColumns+" FROM resources r WHERE r.resource_id = $1", id)
	if err != nil {
		return nil, err
	}
	resource, err := pgx.CollectExactlyOneRow(rows, scanResource)
	if noRow(err) {
		return nil, nil
	}
	return &resource, err
}

// Resources implements infra.Store. Every page is found by an index, however far into the list it
// lies.
func (s *Resources) Resources(ctx context.Context, filter infra.ResourceFilter, cursor string, limit int) (infra.ResourcePage, error) {
	if limit < 1 {
		return infra.ResourcePage{}, fault.Invalid("limit", "a page of %d resources is none; ask for at least one", limit)
	}
	after, total, err := readResourceCursor(cursor)
	if err != nil {
		return infra.ResourcePage{}, err
	}
	where, arguments := resourceConditions(filter)
	if cursor == "" {
		if err := s.db.QueryRow(ctx, "SELECT count(*) FROM resources r WHERE "+where, arguments).Scan(&total); err != nil {
			return infra.ResourcePage{}, explain(err, "counting resources")
		}
	}
	arguments["after"], arguments["limit"] = after, limit+1 // one more tells whether there is a next page
	// The ids of the page first, and only then what belongs to them: right after an import the planner
	// knows too little of the table, and would sort all the configurations behind the page too.
	rows, err := s.db.Query(ctx, "WITH page AS MATERIALIZED (SELECT r.resource_id FROM resources r WHERE "+where+
		` AND r.resource_id > @after ORDER BY r.resource_id LIMIT @limit)
		SELECT found.* FROM (SELECT resource_id FROM page ORDER BY resource_id) AS page CROSS JOIN LATERAL (SELECT `+resourceColumns+
		" FROM resources r WHERE r.resource_id = page.resource_id OFFSET 0) AS found ORDER BY page.resource_id", arguments)
	if err != nil {
		return infra.ResourcePage{}, explain(err, "listing resources")
	}
	page, err := collectPage(rows, limit)
	if err != nil {
		return infra.ResourcePage{}, explain(err, "listing resources")
	}
	page.Total = total
	if page.Next != "" {
		page.Next = resourceCursor(page.Next, total)
	}
	return page, nil
}

// collectPage reads at most limit resources, and no more once they hold maxPageBytes of configuration.
// Next is the id of the last where there are more.
func collectPage(rows pgx.Rows, limit int) (infra.ResourcePage, error) {
	defer rows.Close()
	var page infra.ResourcePage
	size := 0
	for rows.Next() {
		if len(page.Resources) == limit || size >= maxPageBytes {
			page.Next = page.Resources[len(page.Resources)-1].ID
			break
		}
		resource, err := scanResource(rows)
		if err != nil {
			return page, err
		}
		size += len(resource.Desired) + len(resource.Actual) + len(resource.Schema)
		page.Resources = append(page.Resources, resource)
	}
	return page, rows.Err()
}

// resourceConditions writes only the conditions that the filter sets, so that each kind of listing
// has a plan of its own.
func resourceConditions(filter infra.ResourceFilter) (string, pgx.NamedArgs) {
	conditions, arguments := []string{"r.state <> 'deleted'"}, pgx.NamedArgs{}
	if len(filter.States) > 0 {
		conditions[0], arguments["states"] = "r.state = ANY (@states)", filter.States
	}
	if filter.TenantID != "" {
		conditions, arguments["tenant"] = append(conditions, "r.tenant_id = @tenant"), filter.TenantID
	}
	if len(filter.Types) > 0 {
		conditions, arguments["types"] = append(conditions, "r.resource_type = ANY (@types)"), filter.Types
	}
	return strings.Join(conditions, " AND "), arguments
}

// Dependents implements infra.Store.
func (s *Resources) Dependents(ctx context.Context, id string, limit int) ([]string, error) {
	rows, err := s.db.Query(ctx, "SELECT resource_id FROM resource_dependencies WHERE depends_on = $1 ORDER BY resource_id LIMIT $2", id, limit)
	if err != nil {
		return nil, explain(err, "reading what depends on %s", id)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, explain(err, "reading what depends on %s", id)
}

// Transitions implements infra.Store.
func (s *Resources) Transitions(ctx context.Context, id string, below int64, limit int) ([]infra.Transition, error) {
	rows, err := s.db.Query(ctx, `SELECT resource_id, version, from_state, to_state, at, actor, reason, correlation_id
		FROM resource_transitions WHERE resource_id = $1 AND ($2 = 0 OR version < $2)
		ORDER BY version DESC, step DESC LIMIT $3`, id, below, limit)
	if err != nil {
		return nil, explain(err, "reading the history of %s", id)
	}
	moves, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (infra.Transition, error) {
		var move infra.Transition
		err := row.Scan(&move.ResourceID, &move.Version, &move.From, &move.To, scannedInstant{&move.At}, &move.Actor, &move.Reason, &move.CorrelationID)
		return move, err
	})
	return moves, explain(err, "reading the history of %s", id)
}

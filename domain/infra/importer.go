package infra

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Rows yields resources until the first error, which ends the sequence and refuses the delivery.
type Rows = iter.Seq2[Row, error]

// Row is one resource of a file. Place names its file and line in errors.
type Row struct {
	Resource Resource
	Place    string
}

// Delivery is one import of resources.
type Delivery struct {
	ID            string
	Name          string
	CreatedBy     string
	CreatedAt     time.Time
	CorrelationID string
}

// Imported says what became of a tenant's resources of a delivery. Unchanged are those that were
// delivered before with this very content: what was changed in them since stays.
type Imported struct {
	TenantID                          string
	Added, Replaced, Unchanged, Total int64
	// ContentHash stands for these resources, in whatever order they came.
	ContentHash string
}

// Importer takes files of resources into the store of a state service.
type Importer struct {
	Store Store
	Now   func() time.Time
}

// Import takes a delivery whole or refuses it whole, and says what became of each tenant's resources,
// in byte order of tenant. What a row leaves out is not declared or not observed; a row that names no
// state is active, which one without an actual configuration makes missing. Resources that the
// delivery does not name stay as they are. The same content again, resource by resource, changes
// nothing. Errors of rows are InvalidInput and name file and line; a resource that someone is
// changing just now is a Conflict.
func (i *Importer) Import(ctx context.Context, delivery Delivery, rows Rows) ([]Imported, error) {
	delivery.CreatedAt = i.Now().UTC().Truncate(time.Microsecond)
	return i.Store.Import(ctx, delivery, func(yield func(Row, error) bool) {
		for row, err := range rows {
			if err == nil {
				row.Resource, err = prepared(row.Resource)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	})
}

// prepared checks a resource of a file and fills in what it leaves out.
func prepared(resource Resource) (Resource, error) {
	if resource.State == "" {
		resource.State = Active
	}
	if !resource.State.Settled() {
		return resource, fault.Invalid("/state", "state %.40q of resource %s is none of pending, active, failed", resource.State, resource.ID)
	}
	resource.DependsOn = compact(resource.DependsOn)
	return resource, resource.Check()
}

// ContentHash stands for what a file says of a resource: the same for the same content, however it is
// spaced and in whatever order its keys come.
func (r Resource) ContentHash() string {
	canonical := func(text json.RawMessage) json.RawMessage {
		document, err := decode(text)
		if err != nil {
			return text
		}
		written, err := encode(document)
		if err != nil {
			return text
		}
		return written
	}
	hash := sha256.New()
	for _, part := range []any{
		r.ID, r.Type, r.TenantID, r.State, r.Unreadable, r.DependsOn,
		r.Desired != nil, string(canonical(r.Desired)), r.Actual != nil, string(canonical(r.Actual)), string(canonical(r.Schema)),
	} {
		text := fmt.Sprint(part)
		_, _ = fmt.Fprintf(hash, "%d:%s", len(text), text) // a hash.Hash never fails
	}
	return hex.EncodeToString(hash.Sum(nil))
}

package infra

import (
	"context"
	"iter"
	"time"
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
	ID            string    `json:"import_id"`
	Name          string    `json:"name"`
	CreatedBy     string    `json:"created_by"`
	CreatedAt     time.Time `json:"created_at"`
	CorrelationID string    `json:"correlation_id,omitempty"`
}

// ImportReport says what became of a delivery.
type ImportReport struct {
	Delivery
	Rows int64 `json:"rows"`
	// Added were not there before, Replaced were there with other content. Unchanged were delivered
	// before with this very content: whatever was changed since stays.
	Added     int64 `json:"added"`
	Replaced  int64 `json:"replaced"`
	Unchanged int64 `json:"unchanged"`
	// ContentHash stands for all resources of the delivery, in whatever order they came.
	ContentHash string `json:"content_hash"`
}

// Importer takes files of resources into the store of a state service.
type Importer struct {
	Store Store
	NewID func() string
	Now   func() time.Time
}

// Import takes a delivery whole or refuses it whole. What a row leaves out is not declared or not
// observed; resources that the delivery does not name stay as they are. The same content again, by
// hash and resource by resource, changes nothing. Errors of rows are InvalidInput and name file and
// line.
func (i *Importer) Import(ctx context.Context, name, by, correlationID string, rows Rows) (ImportReport, error) {
	delivery := Delivery{
		ID: i.NewID(), Name: name, CreatedBy: by, CorrelationID: correlationID,
		CreatedAt: i.Now().UTC().Truncate(time.Microsecond),
	}
	return i.Store.Import(ctx, delivery, rows)
}

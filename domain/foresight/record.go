package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
)

// Record is what was forecast beside what came.
type Record struct {
	Archive
	Stored UsageStore
}

var _ accuracy.Archive = Record{}

// Usage implements accuracy.Archive.
func (r Record) Usage(ctx context.Context, tenantID string, metric forecast.ResourceMetric, granularity forecast.Granularity, from, until time.Time) ([]forecast.UsageDataPoint, error) {
	hours, err := r.Stored.Hours(ctx, Key{tenantID, metric}, start(granularity, from), until)
	return Points(metric, granularity, hours), err
}

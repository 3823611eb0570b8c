package postgres

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// SaveReport keeps the report of a delivery that another store took, such as resources, where all
// reports are found.
func (s *Intake) SaveReport(ctx context.Context, report intake.Report) error {
	return explain(saveReport(ctx, s.pool, report), "keeping the report of %s", report.Name)
}

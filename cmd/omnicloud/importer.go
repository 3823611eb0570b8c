package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/focus"
	"github.com/omnicloud/omnicloud/internal/intakefile"
	"github.com/omnicloud/omnicloud/internal/opencost"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// importFormats are the kinds of files that are read, under the names that the command and the API
// call them by.
var importFormats = map[intake.FileKind]intake.Format{
	"focus":    focus.Format,
	"invoices": intakefile.Invoices,
	"usage":    opencost.Or(intakefile.Usage),
	"tenants":  intakefile.Tenants,
	"rates":    intakefile.Rates,
}

// newImporter wires the import for the command and for the API. Reports say how much of a bill the
// mapping in force covers.
func newImporter(pool *pgxpool.Pool) *intake.Importer {
	rules := postgres.NewRules(pool)
	return &intake.Importer{
		Store:   postgres.NewIntake(pool),
		Formats: importFormats,
		Matcher: func(ctx context.Context) (intake.Matcher, error) {
			versions, err := rules.Active(ctx, time.Time{}, time.Time{})
			if err != nil {
				return nil, err
			}
			return allocation.Coverage(versions)
		},
		Tenants: postgres.NewCurrentInputs(pool).Tenants,
		Now:     instant.Now,
	}
}

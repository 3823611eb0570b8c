package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// kindResources is what resources are imported as. They go into the store of the state service, which
// no close freezes, and so are no slices of a bill.
const kindResources = "resources"

// importers take files of any kind in: those that a close works on, and resources.
type importers struct {
	*intake.Importer
	resources infra.Importer
	reports   *postgres.Intake
	usage     *postgres.Usage
}

// newImporters wires the imports for the command and for the API.
func newImporters(pool *pgxpool.Pool) *importers {
	return &importers{
		Importer:  newImporter(pool),
		resources: infra.Importer{Store: postgres.NewResources(pool), Now: instant.Now},
		reports:   postgres.NewIntake(pool),
		usage:     postgres.NewUsage(pool),
	}
}

// Import takes a delivery whole or refuses it whole; see intake.Importer. Reports of resources have a
// slice per tenant.
func (i *importers) Import(ctx context.Context, request intake.Request) (intake.Report, error) {
	if err := checkTenant(request); err != nil {
		return intake.Report{}, err
	}
	if request.Kind == kindMetrics {
		return i.importMetrics(ctx, request)
	}
	rows := resourceRows(request)
	if _, ofBill := importFormats[request.Kind]; rows == nil && !ofBill {
		return intake.Report{}, fault.New(fault.InvalidInput, "there is no import of %.40q; there is one of %s", request.Kind, strings.Join(importKinds(), ", "))
	}
	if rows == nil {
		return i.Importer.Import(ctx, request)
	}
	if err := checkResourceRequest(request); err != nil {
		return intake.Report{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return intake.Report{}, fault.Wrap(err, fault.Internal, "no id could be made for the import")
	}
	report := intake.Report{
		ID: id.String(), Kind: request.Kind, Name: request.Name, CreatedBy: request.RequestedBy,
		CreatedAt: instant.Now(), CorrelationID: request.CorrelationID,
	}
	delivery := infra.Delivery{ID: report.ID, Name: report.Name, CreatedBy: report.CreatedBy, CorrelationID: report.CorrelationID}
	imported, err := i.resources.Import(ctx, delivery, withProgress(rows, request.Progress))
	switch {
	case fault.Is(err, fault.InvalidInput):
		report.Problem = err.Error()
		return report, errors.Join(err, i.reports.SaveReport(ctx, report))
	case err != nil:
		return intake.Report{}, err
	}
	for _, one := range imported {
		report.Rows += one.Total
		report.Slices = append(report.Slices, placedResources(one))
	}
	return report, i.reports.SaveReport(ctx, report)
}

// importKinds lists the kinds of files there are, in byte order.
func importKinds() []string {
	kinds := []string{kindKubernetes, kindMetrics, kindResources, kindTerraform}
	for kind := range maps.Keys(importFormats) {
		kinds = append(kinds, string(kind))
	}
	slices.Sort(kinds)
	return kinds
}

// checkResourceRequest refuses what would go unheard.
func checkResourceRequest(request intake.Request) error {
	options := request.Options
	if !options.Period.IsZero() || options.Layout != "" || options.Cluster.Given() || request.Append {
		return fault.New(fault.InvalidInput, "an import of resources takes no period, format, tenant label or append: each resource replaces the one of its id")
	}
	return nil
}

// withProgress tells of progress as resources pass.
func withProgress(rows infra.Rows, progress func(int64)) infra.Rows {
	if progress == nil {
		return rows
	}
	return func(yield func(infra.Row, error) bool) {
		count := int64(0)
		for row, err := range rows {
			if count++; count%1024 == 0 {
				progress(count)
			}
			if !yield(row, err) {
				break
			}
		}
		progress(count)
	}
}

// placedResources is what became of a tenant's resources, as a report says it of other deliveries.
func placedResources(one infra.Imported) intake.Placed {
	outcome := intake.OutcomeUnchanged
	switch {
	case one.Replaced > 0:
		outcome = intake.OutcomeReplaced
	case one.Added > 0:
		outcome = intake.OutcomeAdded
	}
	var placed intake.Placed
	placed.Kind, placed.Scope = kindResources, one.TenantID
	placed.Rows, placed.ContentHash, placed.Outcome = one.Total, one.ContentHash, outcome
	return placed
}

package intake

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Importer takes files in, for the command and for the API alike. Safe for concurrent use.
type Importer struct {
	Store Store
	// Formats are the kinds of files that this version reads.
	Formats map[FileKind]Format
	// Matcher returns what tells whether the mapping in force gives a charge to someone, or nil
	// where there is no mapping. The field may be nil: then reports have no coverage.
	Matcher func(ctx context.Context) (Matcher, error)
	// Tenants lists the tenants that are known, for files that name others. The field may be nil:
	// then none are.
	Tenants func(ctx context.Context) ([]tenancy.Tenant, error)
	Now     func() time.Time
}

// Matcher tells whether a mapping gives a charge to a tenant, a pool or an account.
type Matcher func(*charge.Charge) bool

// Request asks for an import.
type Request struct {
	Kind    FileKind
	Files   Files
	Name    string
	Options FormatOptions
	// Append asks for slices beside the current ones instead of in their place.
	Append        bool
	RequestedBy   string
	CorrelationID string
	// Progress, where it is set, is called now and then with the number of rows read so far.
	Progress func(rows int64)
}

// progressEvery is how many rows pass between two calls of Progress.
const progressEvery = 4096

// Import takes a delivery whole or refuses it whole. The error of a refused one is InvalidInput and
// names file, line, column and value; the refusal is kept as a report too. Other errors are those of
// the store, and nothing is kept.
func (i *Importer) Import(ctx context.Context, request Request) (Report, error) {
	format, err := i.format(request)
	if err != nil {
		return Report{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Report{}, fault.Wrap(err, fault.Internal, "no id could be made for the import")
	}
	report := Report{
		ID: id.String(), Kind: request.Kind, Name: request.Name, CreatedBy: request.RequestedBy,
		CreatedAt: i.Now().UTC().Truncate(time.Microsecond), CorrelationID: request.CorrelationID,
	}
	var left asides
	request.Options.Aside = left.add
	if request.Options.Tenants, err = i.tenants(ctx, format); err != nil {
		return Report{}, err
	}
	request.Options.Cluster.Tenants = request.Options.Tenants
	rows, covering, err := i.rows(ctx, request, format)
	if err != nil {
		return Report{}, err
	}
	delivery := Delivery{
		ID: report.ID, Kind: format.Kind, Source: SourceFile, Name: request.Name, Append: request.Append,
		CreatedBy: request.RequestedBy, CreatedAt: report.CreatedAt, CorrelationID: request.CorrelationID,
	}
	done, err := i.Store.Load(ctx, delivery, rows, func(placed []Placed) Report {
		report.Slices, report.Coverage, report.Totals = placed, covering.coverage(), periodTotals(placed)
		report.Aside = left.list
		for _, slice := range placed {
			report.Rows += slice.Rows
		}
		return report
	})
	if !fault.Is(err, fault.InvalidInput) {
		return done, err
	}
	report.Problem = err.Error()
	// What matters is why the delivery was refused; a refusal that cannot be kept is added to it.
	return report, join(err, i.Store.SaveRefusal(ctx, report))
}

func (i *Importer) format(request Request) (Format, error) {
	format, known := i.Formats[request.Kind]
	if !known {
		return Format{}, fault.New(fault.InvalidInput, "this version imports %s; it does not import %.40q yet",
			strings.Join(kindNames(i.Formats), ", "), request.Kind)
	}
	if !format.TakesPeriod && !request.Options.Period.IsZero() {
		return Format{}, fault.New(fault.InvalidInput, "an import of %s takes no period: its rows say when they were", request.Kind)
	}
	return format, format.checkLayout(request)
}

// checkLayout refuses what would go unheard.
func (f Format) checkLayout(request Request) error {
	layout := request.Options.Layout
	switch {
	case layout != "" && !slices.Contains(f.Layouts, layout):
		return fault.New(fault.InvalidInput, "an import of %s has no format %.40q", request.Kind, layout)
	case len(f.Layouts) == 0 && request.Options.Cluster.Given():
		return fault.New(fault.InvalidInput, "an import of %s has no namespaces to give to tenants", request.Kind)
	}
	return nil
}

// tenants returns the ids of the tenants that are known, where rows name tenants.
func (i *Importer) tenants(ctx context.Context, format Format) (map[string]bool, error) {
	if format.Kind != KindUsage || i.Tenants == nil {
		return nil, nil
	}
	tenants, err := i.Tenants(ctx)
	known := make(map[string]bool, len(tenants))
	for _, tenant := range tenants {
		known[tenant.ID] = true
	}
	return known, err
}

// rows returns the rows of the request's files, counted for progress and coverage as they pass. A
// delivery without any row is an error: it is far more often a wrong file than an empty month.
func (i *Importer) rows(ctx context.Context, request Request, format Format) (Rows, *covering, error) {
	var counted *covering
	if format.Kind == KindCharges && i.Matcher != nil {
		match, err := i.Matcher(ctx)
		if err != nil {
			return nil, nil, err
		}
		if match != nil {
			counted = &covering{match: match}
		}
	}
	return func(yield func(Row, error) bool) {
		var count int64
		for row, err := range format.Read(request.Files, request.Options) {
			if err != nil {
				yield(Row{}, err)
				return
			}
			if count++; request.Progress != nil && count%progressEvery == 0 {
				request.Progress(count)
			}
			if counted != nil {
				counted.add(row.Record.(*charge.Charge))
			}
			if !yield(row, nil) {
				return
			}
		}
		if count == 0 {
			yield(Row{}, fault.New(fault.InvalidInput, "%s holds no rows; nothing was imported", request.Name))
		}
	}, counted, nil
}

func kindNames(formats map[FileKind]Format) []string {
	names := make([]string, 0, len(formats))
	for kind := range maps.Keys(formats) {
		names = append(names, string(kind))
	}
	slices.Sort(names)
	return names
}

// join keeps the fault of the first error, which errors.Join alone would keep as well, and leaves
// it as it is where there is no second one.
func join(first, second error) error {
	if second == nil {
		return first
	}
	return errors.Join(first, second)
}

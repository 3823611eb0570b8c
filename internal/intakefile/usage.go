package intakefile

import (
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Usage reads tenant_id,category,quantity and, where they are given, start and end. A row belongs to
// the month in which it starts, or to the period given for the import where it has no start.
var Usage = intake.Format{Kind: intake.KindUsage, TakesPeriod: true, Read: readUsage}

// usageColumns are the places of the columns; start and end are -1 where a file lacks them.
type usageColumns struct{ tenant, category, quantity, start, end int }

// readUsage yields a row per line: lines of one tenant and category are summed only when they are
// allocated, so that a rule which changes within the month can still cut them by time.
func readUsage(files intake.Files, options intake.FormatOptions) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		var columns usageColumns
		for row, err := range csvfile.Records(files, func(file *csvfile.Reader) (err error) {
			columns, err = findUsageColumns(file)
			return err
		}) {
			var usage charge.Usage
			var month period.Period
			if err == nil {
				usage, err = columns.read(row)
			}
			if err == nil {
				if unknown := options.CheckTenant(usage.TenantID); unknown != nil {
					err = row.Wrap(columns.tenant, unknown, "")
				}
			}
			if err == nil {
				month, err = columns.month(row, usage, options.Period)
			}
			if !yield(intake.UsageRow(&usage, month), err) || err != nil {
				return
			}
		}
	}
}

func findUsageColumns(file *csvfile.Reader) (usageColumns, error) {
	required, err := file.Require("tenant_id", "category", "quantity")
	if err != nil {
		return usageColumns{}, err
	}
	return usageColumns{
		tenant: required[0], category: required[1], quantity: required[2],
		start: file.Column("start"), end: file.Column("end"),
	}, nil
}

// read checks one line by itself. A quantity may be below zero, as corrections are; what a total below
// zero means is for the allocation to say.
func (c usageColumns) read(row *csvfile.Row) (usage charge.Usage, err error) {
	if usage.TenantID, err = identifier(row, c.tenant); err != nil {
		return usage, err
	}
	category, err := allocation.ParseCategory(row.Text(c.category))
	if err != nil {
		return usage, row.Wrap(c.category, err, "")
	}
	usage.Category = string(category)
	if usage.Quantity, err = number(row, c.quantity); err != nil {
		return usage, err
	}
	if usage.Start, err = instant(row, c.start); err != nil {
		return usage, err
	}
	if usage.End, err = instant(row, c.end); err != nil {
		return usage, err
	}
	if !usage.End.IsZero() && usage.End.Before(usage.Start) {
		return usage, row.Errorf(c.end, "lies before start")
	}
	return usage, nil
}

// month decides which month a line counts in. A line that starts in another month than the import was
// asked for is refused rather than moved: one of the two must be wrong.
func (c usageColumns) month(row *csvfile.Row, usage charge.Usage, given period.Period) (period.Period, error) {
	switch {
	case usage.Start.IsZero() && given.IsZero():
		return given, row.Errorf(c.quantity, "the row has no start; say which month it belongs to (--period)")
	case usage.Start.IsZero() || given.Contains(usage.Start):
		return given, nil
	case given.IsZero():
		return period.Of(usage.Start), nil
	default:
		return given, row.Errorf(c.start, "lies outside %s, the period of the import", given)
	}
}

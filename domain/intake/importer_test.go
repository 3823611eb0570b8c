package intake_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// shelf is a store in memory that takes every slice as new; its refusals fail where it is told so.
type shelf struct {
	reports  map[string]intake.Report
	delivery intake.Delivery
	failing  error
}

func (s *shelf) Load(_ context.Context, delivery intake.Delivery, rows intake.Rows, conclude func([]intake.Placed) intake.Report) (intake.Report, error) {
	s.delivery = delivery
	tally := intake.NewTally()
	for row, err := range rows {
		if err != nil {
			return intake.Report{}, err
		}
		tally.Add(row)
	}
	if s.failing != nil {
		return intake.Report{}, s.failing
	}
	var placed []intake.Placed
	for _, slice := range tally.Slices() {
		placed = append(placed, intake.Placed{Slice: slice, Outcome: intake.OutcomeAdded})
	}
	report := conclude(placed)
	s.reports[report.ID] = report
	return report, nil
}

func (s *shelf) SaveRefusal(_ context.Context, report intake.Report) error {
	s.reports[report.ID] = report
	return s.failing
}

func (s *shelf) Report(_ context.Context, id string) (intake.Report, error) {
	return s.reports[id], nil
}

// formatOf reads the same rows whatever the files.
func formatOf(kind intake.Kind, rows ...intake.Row) intake.Format {
	return intake.Format{Kind: kind, Read: func(intake.Files, intake.FormatOptions) intake.Rows {
		return func(yield func(intake.Row, error) bool) {
			for _, row := range rows {
				if row.Record == nil {
					yield(row, fault.Invalid("bill.csv:7:BilledCost", "bill.csv line 7 is wrong"))
					return
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}}
}

func importer(store *shelf, format intake.Format) *intake.Importer {
	return &intake.Importer{
		Store:   store,
		Formats: map[intake.FileKind]intake.Format{"focus": format, "usage": {Kind: intake.KindUsage, TakesPeriod: true}},
		Now:     month.Start,
	}
}

func TestImport(t *testing.T) {
	ctx := context.Background()
	request := intake.Request{Kind: "focus", Name: "bill.csv", Append: true, RequestedBy: "operator", CorrelationID: "c-1"}

	t.Run("reports rows, slices, totals and coverage", func(t *testing.T) {
		store := &shelf{reports: map[string]intake.Report{}}
		later := bill("1", "7")
		later.BillingPeriod = month.Next()
		subject := importer(store, formatOf(intake.KindCharges,
			intake.ChargeRow(later), intake.ChargeRow(bill("1", "10")), intake.ChargeRow(bill("2", "-4"))))
		subject.Matcher = func(context.Context) (intake.Matcher, error) {
			return func(c *charge.Charge) bool { return c.BillingAccountID == "2" }, nil
		}
		report, err := subject.Import(ctx, request)
		require.NoError(t, err)
		assert.Equal(t, int64(3), report.Rows)
		assert.Equal(t, 3, report.Count(intake.OutcomeAdded))
		require.Len(t, report.Totals, 2)
		assert.Equal(t, "6", report.Totals[0].Billed.String())
		assert.Equal(t, month.Next(), report.Totals[1].Period)
		assert.Equal(t, int64(1), report.Coverage.MatchedRows)
		assert.Equal(t, "4", report.Coverage.MatchedCost["USD"].String(), "credits count by their absolute amount")
		assert.Equal(t, "21", report.Coverage.Cost["USD"].String())
		assert.Equal(t, report, store.reports[report.ID])
		assert.Equal(t, intake.SourceFile, store.delivery.Source)
		assert.True(t, store.delivery.Append)
		assert.Equal(t, "c-1", report.CorrelationID)
	})
	t.Run("has no coverage where there is no mapping", func(t *testing.T) {
		subject := importer(&shelf{reports: map[string]intake.Report{}}, formatOf(intake.KindCharges, intake.ChargeRow(bill("1", "1"))))
		subject.Matcher = func(context.Context) (intake.Matcher, error) { return nil, nil }
		report, err := subject.Import(ctx, request)
		require.NoError(t, err)
		assert.Nil(t, report.Coverage)
	})
	t.Run("keeps the refusal of a bad file", func(t *testing.T) {
		store := &shelf{reports: map[string]intake.Report{}}
		report, err := importer(store, formatOf(intake.KindCharges, intake.ChargeRow(bill("1", "1")), intake.Row{})).Import(ctx, request)
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		require.EqualError(t, err, "bill.csv line 7 is wrong")
		assert.True(t, report.Refused())
		assert.Equal(t, report, store.reports[report.ID])
	})
	t.Run("says why a file is bad even where the refusal cannot be kept", func(t *testing.T) {
		lost := errors.New("the database is gone")
		_, err := importer(&shelf{reports: map[string]intake.Report{}, failing: lost}, formatOf(intake.KindCharges, intake.Row{})).Import(ctx, request)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		assert.ErrorIs(t, err, lost)
	})
	t.Run("is not a refusal when the store fails", func(t *testing.T) {
		store := &shelf{reports: map[string]intake.Report{}, failing: fault.New(fault.Unavailable, "gone")}
		_, err := importer(store, formatOf(intake.KindCharges, intake.ChargeRow(bill("1", "1")))).Import(ctx, request)
		assert.Equal(t, fault.Unavailable, fault.CodeOf(err))
		assert.Empty(t, store.reports)
	})
	t.Run("refuses files without rows", func(t *testing.T) {
		_, err := importer(&shelf{reports: map[string]intake.Report{}}, formatOf(intake.KindCharges)).Import(ctx, request)
		assert.ErrorContains(t, err, "bill.csv holds no rows")
	})
	t.Run("names the kinds that there are", func(t *testing.T) {
		_, err := importer(&shelf{}, formatOf(intake.KindCharges)).Import(ctx, intake.Request{Kind: "terraform"})
		require.EqualError(t, err, `this version imports focus, usage; it does not import "terraform" yet`)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("refuses a period where rows have their own", func(t *testing.T) {
		_, err := importer(&shelf{}, formatOf(intake.KindCharges)).Import(ctx, intake.Request{Kind: "focus", Options: intake.FormatOptions{Period: month}})
		assert.ErrorContains(t, err, "takes no period")
	})
	t.Run("tells how far it is", func(t *testing.T) {
		rows := make([]intake.Row, 10_000)
		for i := range rows {
			rows[i] = intake.ChargeRow(bill("1", "1"))
		}
		var seen []int64
		asked := request
		asked.Progress = func(rows int64) { seen = append(seen, rows) }
		_, err := importer(&shelf{reports: map[string]intake.Report{}}, formatOf(intake.KindCharges, rows...)).Import(ctx, asked)
		require.NoError(t, err)
		assert.Equal(t, []int64{4096, 8192}, seen)
	})
}

package costwatch

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/period"
)

// From judges a period whose costs are new, and after it those closed ones that were judged by its costs,
// as Month does. It returns how many were found in all of them and what became of them.
func (w *Watch) From(ctx context.Context, book string, month period.Period) (found int, settled Settled, err error) {
	months := []period.Period{month}
	last := month
	for w.looksBackTo(last.Next()).Before(month.End()) {
		last = last.Next()
	}
	later, err := w.Costs.CostPeriods(ctx, book, month.Next(), last)
	if err != nil {
		return 0, settled, err
	}
	for _, known := range later {
		if !known.Provisional {
			months = append(months, known.Period)
		}
	}
	for _, each := range months {
		inMonth, changed, err := w.Month(ctx, book, each)
		if err != nil {
			return found, settled, err
		}
		found += inMonth
		settled.New += changed.New
		settled.Again += changed.Again
		settled.Withdrawn += changed.Withdrawn
	}
	return found, settled, nil
}

// looksBackTo is the first day that counts when a period is judged: as many days before it as the rule
// looks back, and a month more, in which the beginning of an episode may lie.
func (w *Watch) looksBackTo(month period.Period) time.Time {
	return period.Of(month.Start().AddDate(0, -1, -w.Rule.Window)).Start()
}

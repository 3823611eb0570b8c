package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// forecastNotes tells on standard error what was left out and what was mended: the first in full, the
// rest in a sum.
type forecastNotes struct {
	to            io.Writer
	skip          bool
	used, leftOut int
	mendedSeries  int
	told          int
	// strange are the series that events name, until they are seen.
	strange map[string]bool
}

// maxForecastNotes is how many series are told of one by one.
const maxForecastNotes = 20

func newForecastNotes(to io.Writer, skip bool) *forecastNotes {
	return &forecastNotes{to: to, skip: skip}
}

// expect remembers which series events name.
func (n *forecastNotes) expect(events []event.Event) {
	n.strange = map[string]bool{}
	for _, e := range events {
		if e.SeriesID != "" {
			n.strange[e.SeriesID] = true
		}
	}
}

// seen forgets a series that is there.
func (n *forecastNotes) seen(id string) { delete(n.strange, id) }

// left reports whether an error only leaves its series out; any other is returned.
func (n *forecastNotes) left(err error) (bool, error) {
	if err == nil {
		n.used++
		return false, nil
	}
	var short *forecast.ShortSeriesError
	if !errors.As(err, &short) {
		return false, err
	}
	if !n.skip {
		return false, fmt.Errorf("%w; --skip-short leaves such series out", err)
	}
	n.leftOut++
	n.tell("left out: %v", short)
	return true, nil
}

// mended tells what was done to a series.
func (n *forecastNotes) mended(id string, list []forecast.Mending) {
	if len(list) > 0 {
		n.mendedSeries++
	}
	for _, m := range list {
		n.tell("series %q: %s ×%d: %s", id, m.Kind, m.Count, m.Note)
	}
}

// exhaustion tells when a series runs out and by when to order, where it is known how much there is and
// the levels for it are forecast.
func (n *forecastNotes) exhaustion(w watched, result forecast.ForecastResult) error {
	if w.limit == nil {
		return nil
	}
	e, err := capacity.ProjectCapacityExhaustion(result, *w.limit)
	if err != nil {
		return err
	}
	fmt.Fprintln(n.to, exhaustionWords(w.series.ID, result.Predictions[0].Timestamp, e, w.leadTime))
	return nil
}

// tested tells where less was tested than asked for.
func (n *forecastNotes) tested(b forecast.Backtest, span string) {
	if b.Short {
		n.tell("series %q: its history is too short to test %s; the forecasts tested begin on %s", b.SeriesID, span, b.From.UTC().Format(time.DateOnly))
	}
}

func (n *forecastNotes) tell(format string, arguments ...any) {
	if n.told < maxForecastNotes {
		fmt.Fprintf(n.to, format+"\n", arguments...)
	}
	n.told++
}

// finish tells the sums, and refuses a file without any series that could be used.
func (n *forecastNotes) finish(in string) error {
	for _, id := range slices.Sorted(maps.Keys(n.strange)) {
		n.tell("events name the series %q, which is not there", id)
	}
	if n.told > maxForecastNotes {
		fmt.Fprintf(n.to, "… and %d notes more; in all %d series were mended and %d left out\n",
			n.told-maxForecastNotes, n.mendedSeries, n.leftOut)
	}
	switch {
	case n.used > 0:
		return nil
	case n.leftOut > 0:
		return fault.New(fault.InvalidInput, "every series of %s is too short; take more history", in)
	default:
		return fault.New(fault.InvalidInput, "%s holds no series; there is a header and not one row below it", in)
	}
}

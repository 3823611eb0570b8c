// Package costwatch looks at what every tenant of a book costs day by day, keeps the rises that the
// past does not explain, and tells the platform's monitor of each once.
package costwatch

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// tenantsPerBatch bounds what is in memory: 120 days of so many tenants are about 30 MB. A batch is
// far larger than the fifty tenants from which their common noise is known.
const tenantsPerBatch = 2000

// Store keeps what was found.
type Store interface {
	// Settle brings what is on record of a book's period in line with what was found in it, in one
	// transaction. An anomaly that is not known by its id is recorded; one that is known has its
	// amounts and causes brought up to date; one on record of a day of the period that was not found
	// is withdrawn; a withdrawn one that was found stands again. For each but those that are merely
	// brought up to date a message is added to the outbox.
	Settle(ctx context.Context, book string, month period.Period, found []allocation.CostAnomaly, announce Announce) (Settled, error)
	// Anomalies lists what was found, the latest day first and then by id, after a position (zero: from
	// the beginning), at most limit.
	Anomalies(ctx context.Context, filter Filter, after Position, limit int) ([]Recorded, error)
}

// Costs are what the watch reads.
type Costs interface {
	allocation.CostReader
	// DayItems breaks down what one account bore in one currency on some days of the periods from First
	// to Last, by service, resource and tag, in the order of day, dimension and item. It holds direct
	// cost as far as it is known by day.
	DayItems(ctx context.Context, query allocation.CostQuery, days []time.Time) ([]DayItem, error)
}

// DayItem is what an account bore on a day for one item of a dimension.
type DayItem struct {
	Day       time.Time
	Dimension string
	Item      string
	Amount    decimal.Decimal
}

// Books tells from which rise on a book's anomalies are told.
type Books interface {
	Book(ctx context.Context, id string) (closing.Book, error)
}

// Settled counts what became of a period's anomalies: New ones and Again, which were withdrawn
// before, stand now; Withdrawn ones no longer do.
type Settled struct {
	New, Again, Withdrawn int
}

// Announce makes the message that tells of an anomaly's state: changes is how often the state changed
// since the anomaly was first told, 0 when that is now.
type Announce func(found allocation.CostAnomaly, changes int) (outbox.Message, error)

// Recorded is an anomaly with the book whose costs rose.
type Recorded struct {
	Book string `json:"book"`
	allocation.CostAnomaly
}

// Filter narrows a listing; empty fields do not narrow.
type Filter struct {
	Book      string
	TenantID  string
	MinImpact decimal.Decimal
	State     allocation.AnomalyState
}

// Position is where a page ended.
type Position struct {
	Day  time.Time `json:"d"`
	ID   string    `json:"i"`
	Book string    `json:"b"`
}

// Watch judges the days of a period by the daily rule. It is safe for concurrent use when its ports
// are.
type Watch struct {
	Costs Costs
	Store Store
	Books Books
	// Rule judges; its least impact is the book's.
	Rule anomaly.DailyRule
	Now  func() time.Time
	// OnDay, where not nil, hears how many days of tenants were judged.
	OnDay func(judged int)
}

// Month judges every day of a period of all tenants by what its latest revision and the periods before
// cost, and settles what is on record with what rose. Repeated, it finds the same anomalies under the
// same ids and changes nothing; after a restatement, those that the new amounts explain are withdrawn.
// It returns how many were found and what became of them.
func (w *Watch) Month(ctx context.Context, book string, month period.Period) (found int, settled Settled, err error) {
	rule := w.Rule
	of, err := w.Books.Book(ctx, book)
	if err != nil {
		return 0, settled, err
	}
	rule.LeastImpact = of.AnomalyLeastImpact
	batch := &batch{rule: rule, first: anomaly.DayOf(month.Start()), end: anomaly.DayOf(month.End())}
	var presented []allocation.CostAnomaly
	judge := func() error {
		anomalies, err := batch.judge(w.OnDay)
		if err != nil {
			return err
		}
		for _, each := range anomalies {
			explained, err := w.explain(ctx, book, each)
			if err != nil {
				return err
			}
			presented = append(presented, explained)
		}
		return nil
	}
	query := allocation.DailyTotalQuery{Book: book, From: w.looksBackTo(month), Until: month.End()}
	err = w.Costs.DailyTotals(ctx, query, func(day allocation.DailyTotal) error {
		if batch.full(day.Account) {
			if err := judge(); err != nil {
				return err
			}
		}
		batch.add(day)
		return nil
	})
	if err == nil {
		err = judge()
	}
	if err != nil {
		return 0, settled, err
	}
	// Only when the whole period was judged is it known what is not anomalous any more.
	settled, err = w.Store.Settle(ctx, book, month, presented, func(found allocation.CostAnomaly, changes int) (outbox.Message, error) {
		return message(book, month, found, changes)
	})
	return len(presented), settled, err
}

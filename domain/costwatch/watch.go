// Package costwatch looks at what every tenant of a book costs day by day, keeps the rises that the
// past does not explain, and tells the platform's monitor of each once.
package costwatch

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// tenantsPerBatch bounds what is in memory: 120 days of so many tenants are about 30 MB. A batch is
// far larger than the fifty tenants from which their common noise is known.
const tenantsPerBatch = 2000

// DefaultLeastImpact is the rise a day, in the currency of the costs, below which nobody is told.
func DefaultLeastImpact() decimal.Decimal { return decimal.New(25, 0) }

// Store keeps what was found.
type Store interface {
	// Record keeps anomalies of a book that are not known yet, by id, and adds a message for each of
	// those to the outbox, in one transaction. It returns how many were new.
	Record(ctx context.Context, book string, found []allocation.CostAnomaly, announce Announce) (added int, err error)
	// Anomalies lists what was found, the latest day first and then by id, after a position (zero: from
	// the beginning), at most limit.
	Anomalies(ctx context.Context, filter Filter, after Position, limit int) ([]Recorded, error)
}

// Announce makes the message that tells of an anomaly.
type Announce func(found allocation.CostAnomaly) (outbox.Message, error)

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
	Costs allocation.CostReader
	Store Store
	Rule  anomaly.DailyRule
	Now   func() time.Time
	// OnDay, where not nil, hears how many days of tenants were judged.
	OnDay func(judged int)
}

// Month judges every day of a period of all tenants and records what rose. Repeated, it finds the
// same anomalies under the same ids and records none twice. It returns how many were found and how
// many of those were new.
func (w *Watch) Month(ctx context.Context, book string, month period.Period) (found, added int, err error) {
	batch := &batch{rule: w.Rule, first: anomaly.DayOf(month.Start()), end: anomaly.DayOf(month.End())}
	judge := func() error {
		anomalies, err := batch.judge(w.OnDay)
		if err != nil {
			return err
		}
		presented := make([]allocation.CostAnomaly, len(anomalies))
		for i := range anomalies {
			if presented[i], err = w.explain(ctx, book, anomalies[i]); err != nil {
				return err
			}
		}
		fresh, err := w.Store.Record(ctx, book, presented, func(found allocation.CostAnomaly) (outbox.Message, error) {
			return message(book, month, found)
		})
		found, added = found+len(presented), added+fresh
		return err
	}
	query := allocation.DailyTotalQuery{
		Book: book, Until: month.End(),
		// As many days before the first judged one as the rule looks back, and a month more, in which
		// the beginning of an episode may lie.
		From: period.Of(month.Start().AddDate(0, -1, -w.Rule.Window)).Start(),
	}
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
	return found, added, err
}

package costwatch

import (
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
)

// batch gathers the daily costs of some tenants, whose days are judged together.
type batch struct {
	rule       anomaly.DailyRule
	first, end anomaly.Day
	series     []anomaly.DailySeries
}

// full reports whether judging has to come before another tenant is added.
func (b *batch) full(account string) bool {
	last := len(b.series) - 1
	return len(b.series) >= tenantsPerBatch && b.series[last].TenantID != account
}

// add takes days in the order of account, currency and day.
func (b *batch) add(day allocation.DailyTotal) {
	last := len(b.series) - 1
	if last < 0 || b.series[last].TenantID != day.Account || b.series[last].Currency != day.Currency {
		b.series = append(b.series, anomaly.DailySeries{TenantID: day.Account, Currency: day.Currency})
		last++
	}
	b.series[last].Costs = append(b.series[last].Costs, anomaly.DailyCost{Day: anomaly.DayOf(day.Day), Cost: day.Amount})
}

// judge returns the anomalies of every day, one per episode, and empties the batch. Of an episode the
// first day is told, since that is when somebody could have acted.
func (b *batch) judge(onDay func(int)) ([]anomaly.Anomaly, error) {
	var found []anomaly.Anomaly
	told := map[string]bool{}
	for day := b.first; day < b.end && len(b.series) > 0; day++ {
		anomalies, err := b.rule.Detect(b.series, day)
		if err != nil {
			return nil, err
		}
		for _, each := range anomalies {
			if !told[each.ID] {
				told[each.ID] = true
				found = append(found, each)
			}
		}
		if onDay != nil {
			onDay(len(b.series))
		}
	}
	b.series = b.series[:0]
	return found, nil
}

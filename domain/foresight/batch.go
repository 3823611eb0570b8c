package foresight

import (
	"runtime"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// batch is some series on their way through a night's training.
type batch struct {
	run    string
	now    time.Time
	inUse  map[Key]Model
	terms  map[Key]Terms
	events []event.Event

	entries map[forecast.ResourceMetric][]entry
	drafts  []draft
	failed  []Failure
}

// entry is a series that is to be forecast.
type entry struct {
	key Key
	// whole is what was measured, of which what events did is taken out before it is forecast.
	whole  forecast.Series
	events []event.Event
}

// draft is a series that was forecast.
type draft struct {
	entry
	outlook forecast.Outlook
	// decision is how the contest ended, nil for a constant series, of which there is none.
	decision *Decision
	// by is the model that made it; nil where decision is.
	by *Model
}

func (b *batch) add(key Key, hours []Hour) {
	b.entries[key.Metric] = append(b.entries[key.Metric], entry{
		key: key, events: eventsFor(b.events, key),
		whole: forecast.Series{ID: key.TenantID, Points: Points(key.Metric, b.terms[key], forecast.Hourly, hours), InUse: b.inUse[key].Weights},
	})
}

// forecast forecasts everything that was added, the same metric of several tenants together.
func (b *batch) forecast() error {
	for _, metric := range forecast.ResourceMetrics() {
		drafts, err := b.forecastAlike(metric, b.entries[metric], true)
		if err != nil {
			return err
		}
		for _, one := range drafts {
			if held := one.outlook.Diagnostics.Contest; held != nil {
				one.decision, one.by = b.decide(one.key, one.outlook, *held)
			}
			b.drafts = append(b.drafts, one)
		}
	}
	return nil
}

// forecastAlike forecasts the same metric of several tenants, by the model in use or, where a contest is
// held, by its winner.
func (b *batch) forecastAlike(metric forecast.ResourceMetric, alike []entry, contest bool) ([]draft, error) {
	if len(alike) == 0 {
		return nil, nil
	}
	forecaster, err := forecast.New(forecast.Options{
		Horizon: 24 * NightlyDays, Granularity: forecast.Hourly, Bounds: BoundsOf(metric), Workers: runtime.GOMAXPROCS(0), Contest: contest,
	})
	if err != nil {
		return nil, err
	}
	plain := make([]forecast.Series, len(alike))
	for i, one := range alike {
		plain[i] = event.Without(one.whole, one.events)
	}
	var drafts []draft
	for i, outcome := range forecaster.Batch(plain) {
		if outcome.Err != nil {
			b.failed = append(b.failed, failureOf(alike[i].key, outcome.Err))
			continue
		}
		if len(alike[i].events) > 0 {
			event.Apply(&outcome.Outlook, alike[i].whole, alike[i].events, BoundsOf(metric))
		}
		drafts = append(drafts, draft{entry: alike[i], outlook: outcome.Outlook})
	}
	return drafts, nil
}

// decide notes how the contest of a series ended, and which model forecast it.
func (b *batch) decide(key Key, outlook forecast.Outlook, held forecast.Contest) (*Decision, *Model) {
	var before *Model
	if model, known := b.inUse[key]; known {
		before = &model
	}
	decision := Decide(b.run, b.now, weighed(key, outlook), before, held)
	if decision.Promoted {
		return &decision, &decision.Challenger
	}
	return &decision, before
}

// decisions lists how the contests ended.
func (b *batch) decisions() []Decision {
	var decisions []Decision
	for _, one := range b.drafts {
		if one.decision != nil {
			decisions = append(decisions, *one.decision)
		}
	}
	return decisions
}

// follow makes sure that every draft was made by the model that is in use once the decisions are recorded:
// where another one took the place meanwhile, that one forecasts.
func (b *batch) follow(inUse map[Key]Model) error {
	overtaken := map[forecast.ResourceMetric][]entry{}
	kept := b.drafts[:0]
	for _, one := range b.drafts {
		if model, known := inUse[one.key]; known && one.by != nil {
			if one.by.ID != model.ID {
				one.whole.InUse = model.Weights
				overtaken[one.key.Metric] = append(overtaken[one.key.Metric], one.entry)
				continue
			}
			one.by = &model
		}
		kept = append(kept, one)
	}
	b.drafts = kept
	for _, metric := range forecast.ResourceMetrics() {
		again, err := b.forecastAlike(metric, overtaken[metric], false)
		if err != nil {
			return err
		}
		for _, one := range again {
			if model := inUse[one.key]; one.outlook.Diagnostics.InUse {
				one.by = &model
			}
			b.drafts = append(b.drafts, one)
		}
	}
	return nil
}

// results are the forecasts, as they are kept.
func (b *batch) results() []forecast.ForecastResult {
	made := make([]forecast.ForecastResult, len(b.drafts))
	for i := range b.drafts {
		one := &b.drafts[i]
		if one.by != nil {
			one.by.credit(&one.outlook)
		}
		result := one.outlook.Forecast
		result.ID, result.TenantID, result.Metric, result.GeneratedAt = NightlyID(b.run, one.key), one.key.TenantID, one.key.Metric, b.now
		if result.Seasonality == "" || result.Seasonality == forecast.NoSeasonality {
			result.Seasonality = forecast.DetectSeasonality(one.whole.Points).Type
		}
		made[i] = result
	}
	return made
}

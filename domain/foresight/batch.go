package foresight

import (
	"cmp"
	"runtime"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// batch is some series on their way through one of a night's forecasts.
type batch struct {
	routine
	run      string
	now      time.Time
	keys     []Key
	inUse    map[Key]Model
	subjects []subject

	drafts []draft
	failed []Failure
}

// draft is a series that was forecast.
type draft struct {
	subject
	outlook forecast.Outlook
	// decision is how the contest ended, nil for a constant series, of which there is none.
	decision *Decision
	// by is the model that made it; nil where decision is.
	by *Model
}

// forecast forecasts all subjects, by the better of the model in use and one weighed afresh.
func (b *batch) forecast() error {
	drafts, err := b.draft(b.subjects, true)
	if err != nil {
		return err
	}
	for _, one := range drafts {
		if held := one.outlook.Diagnostics.Contest; held != nil {
			one.decision, one.by = b.decide(one.key, one.outlook, *held)
		}
		b.drafts = append(b.drafts, one)
	}
	return nil
}

// draft forecasts subjects by the model in use or, where a contest is held, by its winner.
func (b *batch) draft(subjects []subject, contest bool) ([]draft, error) {
	var drafts []draft
	for _, alike := range alikeOf(subjects) {
		outcomes, err := predict(forecast.Options{
			Horizon: b.horizon, Granularity: b.granularity, Bounds: b.bounds(alike[0].key.Metric), Workers: runtime.GOMAXPROCS(0), Contest: contest,
		}, b.now, alike...)
		if err != nil {
			return nil, err
		}
		for i, outcome := range outcomes {
			if outcome.Err != nil {
				b.failed = append(b.failed, failureOf(alike[i].key, outcome.Err))
				continue
			}
			drafts = append(drafts, draft{subject: alike[i], outlook: outcome.Outlook})
		}
	}
	return drafts, nil
}

// alikeOf puts together what is forecast together: the same metric of tenants of whom as much was measured.
func alikeOf(subjects []subject) (groups [][]subject) {
	order := func(a, b subject) int {
		return cmp.Or(cmp.Compare(a.key.Metric, b.key.Metric), cmp.Compare(a.passed, b.passed))
	}
	sorted := slices.Clone(subjects)
	slices.SortStableFunc(sorted, order)
	for i, one := range sorted {
		if i == 0 || order(sorted[i-1], one) != 0 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], one)
	}
	return groups
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
	var overtaken []subject
	kept := b.drafts[:0]
	for _, one := range b.drafts {
		if model, known := inUse[one.key]; known && one.by != nil {
			if one.by.ID != model.ID {
				one.whole.InUse = model.Weights
				overtaken = append(overtaken, one.subject)
				continue
			}
			one.by = &model
		}
		kept = append(kept, one)
	}
	b.drafts = kept
	again, err := b.draft(overtaken, false)
	for _, one := range again {
		if model := inUse[one.key]; one.outlook.Diagnostics.InUse {
			one.by = &model
		}
		b.drafts = append(b.drafts, one)
	}
	return err
}

// promoted counts the challengers that are in use once the decisions are recorded.
func (b *batch) promoted(inUse map[Key]Model) (count int) {
	for _, one := range b.drafts {
		if one.decision != nil && one.decision.Promoted && inUse[one.key].ID == one.decision.Challenger.ID {
			count++
		}
	}
	return count
}

// results are the forecasts, as they are kept.
func (b *batch) results() []forecast.ForecastResult {
	made := make([]forecast.ForecastResult, len(b.drafts))
	for i := range b.drafts {
		one := &b.drafts[i]
		if one.by != nil {
			one.by.credit(&one.outlook)
		}
		made[i] = one.outlook.Forecast
		made[i].ID = b.id(b.run, one.key)
	}
	return made
}

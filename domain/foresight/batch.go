package foresight

import (
	"runtime"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// batch is some series on their way through a night's training.
type batch struct {
	run   string
	now   time.Time
	inUse map[Key]Model

	series    map[forecast.ResourceMetric][]forecast.Series
	made      []forecast.ForecastResult
	decisions []Decision
	failed    []Failure
}

func (b *batch) add(key Key, hours []Hour) {
	b.series[key.Metric] = append(b.series[key.Metric], forecast.Series{
		ID: key.TenantID, Points: Points(key.Metric, forecast.Hourly, hours), InUse: b.inUse[key].Weights,
	})
}

// forecastAlike forecasts the same metric of several tenants.
func (b *batch) forecastAlike(metric forecast.ResourceMetric) error {
	alike := b.series[metric]
	if len(alike) == 0 {
		return nil
	}
	forecaster, err := forecast.New(forecast.Options{
		Horizon: 24 * NightlyDays, Granularity: forecast.Hourly, Bounds: BoundsOf(metric), Workers: runtime.GOMAXPROCS(0), Contest: true,
	})
	if err != nil {
		return err
	}
	for i, outcome := range forecaster.Batch(alike) {
		key := Key{alike[i].ID, metric}
		if outcome.Err != nil {
			b.failed = append(b.failed, Failure{key, reasonOf(outcome.Err)})
			continue
		}
		if used := b.decide(key, outcome.Outlook); used != nil {
			used.credit(&outcome.Outlook)
		}
		result := outcome.Outlook.Forecast
		result.ID, result.TenantID, result.Metric, result.GeneratedAt = NightlyID(b.run, key), key.TenantID, metric, b.now
		if result.Seasonality == "" || result.Seasonality == forecast.NoSeasonality {
			result.Seasonality = forecast.DetectSeasonality(alike[i].Points).Type
		}
		b.made = append(b.made, result)
	}
	return nil
}

// decide notes how the contest of a series ended, and returns the model that forecasts it; nil for a
// constant series, which has none.
func (b *batch) decide(key Key, outlook forecast.Outlook) *Model {
	held := outlook.Diagnostics.Contest
	if held == nil {
		return nil
	}
	var before *Model
	if model, known := b.inUse[key]; known {
		before = &model
	}
	decision := Decide(b.run, b.now, weighed(key, outlook), before, *held)
	b.decisions = append(b.decisions, decision)
	if decision.Promoted {
		return &decision.Challenger
	}
	return before
}

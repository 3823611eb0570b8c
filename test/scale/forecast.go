package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/workflows"
)

// historyHours are the hours of each series: what a forecast looks back on.
const historyHours = 90 * 24

// train keeps hourly usage of as many series, six of each tenant, and runs a night's training over them and
// the sample's, telling how far it has come.
func (r run) train(ctx context.Context, s *stack) error {
	if err := s.keepUsage(ctx, r.series); err != nil {
		return err
	}
	spent := s.measure()
	night := time.Now()
	if err := s.post(ctx, "/v1/schedules/"+workflows.TrainingScheduleID+"/trigger", "application/json", "", ""); err != nil {
		return err
	}
	id := workflows.NightlyTrainingID(night)
	result, err := s.awaitTraining(ctx, id)
	if err != nil {
		return err
	}
	took := spent.print("train", int64(result.Forecasts), "series")
	fmt.Printf("%-24s %d forecasts, %d models promoted, %d published, %d news, %d failures\n", "",
		result.Forecasts, result.Promoted, result.Published, result.News, result.Failures)
	return s.printHistory(ctx, id, took)
}

// keepUsage writes the usage of the last days.
func (s *stack) keepUsage(ctx context.Context, count int64) error {
	pool, err := postgres.Open(ctx, s.Endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	spent, store, until := s.measure(), postgres.NewUsage(pool), time.Now().UTC().Truncate(time.Hour)
	metrics := forecast.ResourceMetrics()
	var page []foresight.Usage
	for i := range count {
		key := foresight.Key{TenantID: fmt.Sprintf("scale-%06d", i/int64(len(metrics))), Metric: metrics[i%int64(len(metrics))]}
		page = append(page, foresight.Usage{Key: key, Hours: madeUp(uint64(i), until)})
		if len(page) == 200 || i == count-1 {
			if err := store.Keep(ctx, page); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	spent.print("usage", count, "series")
	return nil
}

// madeUp is a load with a day's and a week's pattern, proportional noise that remembers, and a slow drift;
// between 0 and 100, so that it may be any metric.
func madeUp(seed uint64, until time.Time) []foresight.Hour {
	random := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // the same every time
	level, day, weekend := 15+25*random.Float64(), 0.1+0.4*random.Float64(), 0.3*random.Float64()
	phase, drift, noise := random.Float64(), 0.0, 0.0
	hours := make([]foresight.Hour, historyHours)
	for i := range hours {
		at := until.Add(time.Duration(i-historyHours) * time.Hour)
		noise = 0.7*noise + 0.02*random.NormFloat64()
		drift += 0.002 * random.NormFloat64()
		exponent := day*math.Sin(2*math.Pi*(float64(at.Hour())/24+phase)) + drift + noise
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			exponent -= weekend
		}
		mean := min(level*math.Exp(exponent), 95)
		hours[i] = foresight.Hour{At: at, Mean: mean, P95: 1.03 * mean, Peak: 1.05 * mean}
	}
	return hours
}

// awaitTraining prints how far a run has come whenever that changes, until it has ended.
func (s *stack) awaitTraining(ctx context.Context, id string) (result workflows.ModelTrainingResult, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	began, told := time.Now(), ""
	for {
		var job struct {
			State    string          `json:"state"`
			Result   json.RawMessage `json:"result"`
			Progress *struct {
				Step  string `json:"step"`
				Done  int64  `json:"done"`
				Total int64  `json:"total"`
			} `json:"progress"`
		}
		// The schedule's own workflow takes a moment to start the run.
		err := s.call(ctx, "operator", http.MethodGet, "/v1/jobs/"+id, nil, "", &job)
		switch {
		case err != nil && time.Since(began) > time.Minute:
			return result, err
		case job.State == "completed":
			return result, json.Unmarshal(job.Result, &result)
		case err == nil && job.State != "running":
			return result, fmt.Errorf("the run is %s", job.State)
		}
		if job.Progress != nil {
			if now := fmt.Sprintf("%s %d of %d", job.Progress.Step, job.Progress.Done, job.Progress.Total); now != told {
				told = now
				fmt.Printf("  %-22s %8.1f s\n", now, time.Since(began).Seconds())
			}
		}
		select {
		case <-ctx.Done():
			return result, ctx.Err()
		case <-ticker.C:
		}
	}
}

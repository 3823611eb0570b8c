package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/workflows"
)

// train keeps usage of as many series, six of each tenant, and runs two nights' training over them and the sample's,
// telling how far they have come. The second has what the first forecast to score, and models in use to challenge.
func (r run) train(ctx context.Context, s *stack) error {
	if err := s.measureTenants(ctx, r.series); err != nil {
		return err
	}
	latest := time.Now().UTC().Add(-time.Hour).Truncate(24 * time.Hour)
	for _, night := range []time.Time{latest.AddDate(0, 0, -1), latest} {
		if err := s.night(ctx, night); err != nil {
			return err
		}
	}
	return nil
}

// night runs the training that the schedule would have started on a day.
func (s *stack) night(ctx context.Context, day time.Time) error {
	spent := s.measure()
	backfill := fmt.Sprintf(`{"from":%q,"to":%q}`, day.Format(time.RFC3339), day.Add(2*time.Hour).Format(time.RFC3339))
	headers := map[string]string{"Content-Type": "application/json", "Idempotency-Key": "scale:" + day.Format(time.DateOnly)}
	if err := s.call(ctx, "operator", http.MethodPost, "/v1/schedules/"+workflows.TrainingScheduleID+"/backfill", headers, backfill, nil); err != nil {
		return err
	}
	id := workflows.NightlyTrainingID(day)
	result, err := s.awaitTraining(ctx, id)
	if err != nil {
		return err
	}
	took := spent.print("train", int64(result.Forecasts), "series")
	fmt.Printf("%-24s %d ranges scored, %d series forecast, %d models promoted, %d published, %d news, %d failures\n", "",
		result.Scored, result.Forecasts, result.Promoted, result.Published, result.News, result.Failures)
	return s.printHistory(ctx, id, took)
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

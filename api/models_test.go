package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/custom"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/workflows"
)

const modelsPath = "/v1/tenants/acme/models"

// TestCustomModels trains models over REST with the real worker, on what the platform meters.
func TestCustomModels(t *testing.T) {
	f := newForesightStageOn(t, ownTemporal(t))
	f.workOn(t, f.platform, workflows.QueueForecast)
	const asked = `{"metric":"cpu_utilization","config":{"models":["seasonal_naive","ridge"],"horizon":48,"seed":7}}`
	first := f.train(t, modelsPath, asked)

	t.Run("a model is trained, and forecasts from then on when nothing better is in use", func(t *testing.T) {
		require.Equal(t, foresight.TrainingDone, first.State, first.Reason)
		require.Equal(t, 1, first.Version)
		require.Equal(t, forecast.Hourly, first.Model.Granularity)
		require.NotZero(t, first.Decision.Origins)
		made := decode[forecast.ForecastResult](t, f.post(t, "/v1/tenants/acme/forecasts", "operator", `{"metric":"cpu_utilization","horizon_days":2,"granularity":"hourly"}`, http.StatusCreated))
		require.Equal(t, first.Decision.Promoted, made.Model == first.Model.ID, "%s: %s", made.Model, first.Decision.Reason)
	})
	t.Run("how contests ended is listed page by page, the latest first", func(t *testing.T) {
		const path = "/v1/tenants/acme/model-decisions?metric=cpu_utilization"
		only := decode[api.ModelDecisionPage](t, f.get(t, path, "tenant:acme", http.StatusOK)).Items
		require.Len(t, only, 1)
		require.Equal(t, first.WorkflowID(), only[0].Run)
		require.Equal(t, first.Decision.Reason, only[0].Reason)
		nights := []foresight.Decision{only[0], only[0], only[0]}
		for i, run := range []string{"b", "a", "c"} {
			nights[i].Run, nights[i].Promoted = run, false
			if run != "c" {
				nights[i].DecidedAt = only[0].DecidedAt.Add(time.Hour)
			}
		}
		nights[2].DecidedAt = only[0].DecidedAt.Add(-time.Hour)
		require.NoError(t, postgres.NewForecastModels(f.pool).Decide(t.Context(), nights))
		var runs []string
		for cursor := ""; len(runs) == 0 || cursor != ""; {
			page := decode[api.ModelDecisionPage](t, f.get(t, path+"&limit=1&cursor="+cursor, "auditor", http.StatusOK))
			require.Len(t, page.Items, 1)
			runs, cursor = append(runs, page.Items[0].Run), page.NextCursor
		}
		require.Equal(t, []string{"a", "b", first.WorkflowID(), "c"}, runs)
		f.get(t, path, "tenant:globex", http.StatusNotFound)
		f.get(t, "/v1/tenants/acme/model-decisions", "auditor", http.StatusBadRequest)
	})
	t.Run("a model that is no better is kept and forecasts nothing", func(t *testing.T) {
		f.train(t, "/v1/tenants/cobalt/models", `{"metric":"request_rate"}`)
		weak := f.train(t, "/v1/tenants/cobalt/models", `{"metric":"request_rate","config":{"models":["damped"]}}`)
		require.Equal(t, 2, weak.Version)
		require.False(t, weak.Decision.Promoted, weak.Decision.Reason)
		require.NotEmpty(t, weak.Decision.Reason)
		made := decode[forecast.ForecastResult](t, f.post(t, "/v1/tenants/cobalt/forecasts", "operator", `{"metric":"request_rate","horizon_days":2,"granularity":"hourly"}`, http.StatusCreated))
		require.NotEqual(t, weak.Model.ID, made.Model)
	})
	t.Run("what was trained is the same byte for byte for who reads it back", func(t *testing.T) {
		text, err := first.Model.Marshal()
		require.NoError(t, err)
		read, err := custom.Unmarshal(text)
		require.NoError(t, err)
		require.Equal(t, first.Model.ID, read.ID)
	})
	t.Run("its job is named after tenant, metric and training", func(t *testing.T) {
		job := decode[api.Job](t, f.get(t, "/v1/jobs/model-training:acme:cpu_utilization:"+first.TrainingID, "auditor", http.StatusOK))
		require.Equal(t, api.Completed, job.State)
		require.Contains(t, string(job.Result), first.Model.ID)
	})
	t.Run("too little usage fails, and says why to who asked", func(t *testing.T) {
		failed := f.train(t, "/v1/tenants/"+sample.NoUsage+"/models", asked)
		require.Equal(t, foresight.TrainingFailed, failed.State)
		require.Contains(t, failed.Reason, "14 days")
	})
	t.Run("they are listed, the latest first, page by page", func(t *testing.T) {
		second := f.train(t, modelsPath, `{"metric":"request_rate","config":{"models":["theta"]}}`)
		page := decode[api.ModelTrainingPage](t, f.get(t, modelsPath+"?limit=1", "auditor", http.StatusOK))
		require.Equal(t, second.TrainingID, page.Items[0].TrainingID)
		rest := decode[api.ModelTrainingPage](t, f.get(t, modelsPath+"?limit=1&cursor="+page.NextCursor, "auditor", http.StatusOK))
		require.Equal(t, first.TrainingID, rest.Items[0].TrainingID)
		require.Empty(t, rest.NextCursor)
		narrowed := decode[api.ModelTrainingPage](t, f.get(t, modelsPath+"?metric=cpu_utilization", "auditor", http.StatusOK))
		require.Len(t, narrowed.Items, 1)
	})
	t.Run("a tenant sees its own, and another's like a missing one", func(t *testing.T) {
		f.get(t, modelsPath+"/"+first.TrainingID, "tenant:acme", http.StatusOK)
		f.get(t, modelsPath+"/"+first.TrainingID, "tenant:globex", http.StatusNotFound)
		f.get(t, "/v1/tenants/globex/models/"+first.TrainingID, "tenant:globex", http.StatusNotFound)
		f.get(t, modelsPath, "tenant:globex", http.StatusNotFound)
		f.post(t, "/v1/tenants/nobody/models", "operator", asked, http.StatusNotFound)
	})
	t.Run("what is wrong with a configuration is named by pointer", func(t *testing.T) {
		problem := f.post(t, modelsPath, "operator", `{"metric":"cpu_utilization","config":{"models":["lstm"],"horizon":0}}`, http.StatusBadRequest).problem(t)
		require.Equal(t, api.ProblemCode(fault.InvalidInput), problem.Code)
		require.Len(t, problem.Errors, 2)
		require.Equal(t, "/config/horizon", *problem.Errors[0].Pointer)
		require.Equal(t, "/config/models/0", *problem.Errors[1].Pointer)
		f.post(t, modelsPath, "operator", `{"metric":"happiness"}`, http.StatusBadRequest)
		f.post(t, modelsPath, "operator", `{}`, http.StatusBadRequest)
	})
}

// TestOneTrainingAtATime asks twice while no worker takes the training up.
func TestOneTrainingAtATime(t *testing.T) {
	f := newForesightStage(t)
	const asked = `{"metric":"instance_count","config":{"seed":1}}`
	one := decode[foresight.CustomTraining](t, f.post(t, modelsPath, "operator", asked, http.StatusAccepted))
	t.Cleanup(func() { _ = f.client.TerminateWorkflow(t.Context(), one.WorkflowID(), "", "the test is over") })
	again := decode[foresight.CustomTraining](t, f.post(t, modelsPath, "operator", asked, http.StatusAccepted))
	require.Equal(t, one.TrainingID, again.TrainingID)
	problem := f.post(t, modelsPath, "operator", `{"metric":"instance_count","config":{"seed":2}}`, http.StatusConflict).problem(t)
	require.Contains(t, problem.Detail, one.TrainingID)
}

// train asks for a model and waits for what comes of it.
func (f *foresightStage) train(t *testing.T, path, body string) (ended foresight.CustomTraining) {
	t.Helper()
	started := f.post(t, path, "operator", body, http.StatusAccepted)
	location := started.header.Get("Location")
	require.Equal(t, path+"/"+decode[foresight.CustomTraining](t, started).TrainingID, location)
	require.Eventually(t, func() bool {
		ended = decode[foresight.CustomTraining](t, f.get(t, location, "auditor", http.StatusOK))
		return ended.State != foresight.TrainingRunning
	}, 2*time.Minute, 100*time.Millisecond)
	return ended
}

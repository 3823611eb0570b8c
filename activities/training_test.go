package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// directory lists tenants t-00 up to a number.
type directory int

func (d directory) Tenants(context.Context) ([]tenancy.Tenant, error) {
	tenants := make([]tenancy.Tenant, d)
	for i := range tenants {
		tenants[i] = tenancy.Tenant{ID: fmt.Sprintf("t-%02d", i)}
	}
	return tenants, nil
}

// attempts runs a step over tenants as Temporal does, each attempt from the last heartbeat of the one before,
// until it succeeds or has been tried a number of times.
func attempts(t *testing.T, tenants, most int, work func(attempt int, tenantID string) error) (step TrainingStep, tried int, err error) {
	t.Helper()
	a := &Training{Trainer: foresight.Trainer{Tenants: directory(tenants)}, Now: time.Now}
	var beat TrainingStep
	for tried = 1; tried <= most; tried++ {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestActivityEnvironment()
		if tried > 1 {
			environment.SetHeartbeatDetails(beat)
		}
		environment.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
			var latest TrainingStep
			require.NoError(t, details.Get(&latest))
			beat = latest
		})
		run := func(ctx context.Context, run TrainingRun) (TrainingStep, error) {
			return a.overTenants(ctx, run, func(_ *TrainingStep, tenantID string) ([]foresight.Failure, error) { return nil, work(tried, tenantID) })
		}
		environment.RegisterActivity(run)
		value, failure := environment.ExecuteActivity(run, TrainingRun{Run: "night"})
		if err = failure; err == nil {
			require.NoError(t, value.Get(&step))
			return step, tried, nil
		}
	}
	return step, most, err
}

func TestOverTenants(t *testing.T) {
	down := fault.New(fault.Unavailable, "compute does not answer")
	t.Run("every tenant is dealt with, in order", func(t *testing.T) {
		var seen []string
		step, tried, err := attempts(t, 30, 1, func(_ int, id string) error {
			seen = append(seen, id)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 1, tried)
		require.Len(t, seen, 30)
		require.IsIncreasing(t, seen)
		require.Equal(t, 30, step.Done)
		require.Equal(t, 30, step.Total)
		require.False(t, step.More)
	})
	t.Run("one whose answer is unusable is named, and the rest goes on", func(t *testing.T) {
		step, tried, err := attempts(t, 30, 1, func(_ int, id string) error {
			if id == "t-07" {
				return fault.New(fault.Upstream, "compute gave an unusable answer")
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 1, tried)
		require.Equal(t, []foresight.Failure{{Key: foresight.Key{TenantID: "t-07"}, Reason: "compute gave an unusable answer"}}, step.Named)
		require.Equal(t, 30, step.Done)
	})
	t.Run("one for which a service does not answer comes again after the others, and is not named when it then does", func(t *testing.T) {
		calls := map[string]int{}
		step, tried, err := attempts(t, 30, 3, func(attempt int, id string) error {
			calls[id]++
			if id == "t-07" && attempt < 3 {
				return down
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, tried)
		require.Empty(t, step.Named)
		require.Equal(t, 30, step.Done)
		require.Equal(t, 1, calls["t-08"], "the others are dealt with once")
	})
	t.Run("one for which a service never answers is named in the end", func(t *testing.T) {
		step, tried, err := attempts(t, 30, 20, func(_ int, id string) error {
			if id == "t-07" || id == "t-29" {
				return down
			}
			return nil
		})
		require.NoError(t, err)
		require.LessOrEqual(t, tried, mostRounds+1)
		require.Equal(t, 2, step.Failures)
		require.Equal(t, "t-29", step.Named[1].TenantID)
		require.Equal(t, 30, step.Done)
	})
	t.Run("a service that answers for nobody ends the attempt, and the next goes on from there", func(t *testing.T) {
		calls := map[string]int{}
		step, tried, err := attempts(t, 30, 5, func(attempt int, id string) error {
			calls[id]++
			if id >= "t-12" && attempt < 3 {
				return down
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 3, tried)
		require.Empty(t, step.Named)
		require.Equal(t, 30, step.Done)
		require.Equal(t, 1, calls["t-11"])
		require.Equal(t, 3, calls["t-12"])
		require.Equal(t, 1, calls["t-25"])
	})
	t.Run("a defect of this program is named without what lies beneath, which is logged once", func(t *testing.T) {
		defect := fault.Wrap(errors.New("index out of range\ngoroutine 7 [running]"), fault.Internal, "a defect of the engine")
		var logged bytes.Buffer
		var suite testsuite.WorkflowTestSuite
		suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewJSONHandler(&logged, nil))))
		environment := suite.NewTestActivityEnvironment()
		a := &Training{Trainer: foresight.Trainer{Tenants: directory(3)}, Now: time.Now}
		run := func(ctx context.Context, run TrainingRun) (TrainingStep, error) {
			return a.overTenants(ctx, run, func(_ *TrainingStep, tenantID string) ([]foresight.Failure, error) {
				if tenantID == "t-01" {
					return nil, defect
				}
				return nil, nil
			})
		}
		environment.RegisterActivity(run)
		value, err := environment.ExecuteActivity(run, TrainingRun{Run: "night"})
		require.NoError(t, err)
		var step TrainingStep
		require.NoError(t, value.Get(&step))
		require.Equal(t, 3, step.Done)
		require.Equal(t, []foresight.Failure{{Key: foresight.Key{TenantID: "t-01"}, Reason: "a defect of the engine"}}, step.Named)
		require.Equal(t, 1, strings.Count(logged.String(), "goroutine 7"), logged.String())
	})
	t.Run("what a part remembers stays small", func(t *testing.T) {
		step := TrainingStep{}
		for i := range 1000 {
			step.fail(t.Context(), []foresight.Failure{foresight.FailureOf(fmt.Sprint(i), down)})
		}
		require.Equal(t, 1000, step.Failures)
		text, err := json.Marshal(step)
		require.NoError(t, err)
		require.Less(t, len(text), 10_000)
	})
}

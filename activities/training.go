package activities

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Training holds the activities of a ModelTraining, and their ports.
type Training struct {
	Trainer   foresight.Trainer
	Custom    foresight.CustomTrainer
	Gauges    foresight.GaugeReader
	Scorer    foresight.Scorer
	Publisher foresight.Publisher
	Watch     foresight.Watch
	Retention foresight.Retention
	Outbox    outbox.Store
	Monitor   closing.Monitor
	Recipient foresight.Recipient
	Now       Clock
}

// TrainingRun names a run, the instant up to which it takes usage, and where a step goes on.
type TrainingRun struct {
	Run string    `json:"run"`
	At  time.Time `json:"at"`
	// After is the last series, or tenant, that an earlier part of the step has dealt with.
	After foresight.Key `json:"after"`
	// Total is how many there are in the whole step, as an earlier part told it; 0 where none did.
	Total int `json:"total,omitempty"`
}

const (
	// mostNamed bounds how many failures enter a history; Failures counts all.
	mostNamed = 50
	// trainingPart is for how long a step works before it tells its workflow how far it has come.
	trainingPart = 15 * time.Second
)

// TrainingStep counts what a part of a step did, and names what failed on the way.
type TrainingStep struct {
	Done int `json:"done"`
	// Total is how many there are in the whole step, 0 where that is not known.
	Total int `json:"total,omitempty"`
	// Further counts what else came of it, by the step's own meaning: models promoted, alerts told.
	Further  int                 `json:"further,omitempty"`
	Failures int                 `json:"failures,omitempty"`
	Named    []foresight.Failure `json:"named,omitempty"`
	// Last is where the step goes on, be it in another part or after it was broken off: after this series.
	Last foresight.Key `json:"last"`
	// More says that the step is not at its end.
	More bool `json:"more,omitempty"`
	// PutOff are tenants for which a service did not answer, to be tried again after the others; Rounds is how
	// often they were.
	PutOff []string `json:"put_off,omitempty"`
	Rounds int      `json:"rounds,omitempty"`
}

// fail counts failures, names them as far as there is room, and logs those that are defects of this program.
func (s *TrainingStep) fail(ctx context.Context, failed []foresight.Failure) {
	for _, one := range failed {
		if one.Defect != nil {
			activity.GetLogger(ctx).Error("a defect of this program kept a series from being dealt with",
				"tenant", one.TenantID, "metric", string(one.Metric), "error", one.Defect)
		}
	}
	s.Failures += len(failed)
	s.Named = append(s.Named, failed[:min(len(failed), mostNamed-len(s.Named))]...)
}

// resumed returns the part as its last heartbeat told it, or a new one.
func resumed(ctx context.Context, run TrainingRun) TrainingStep {
	if activity.HasHeartbeatDetails(ctx) {
		var step TrainingStep
		if err := activity.GetHeartbeatDetails(ctx, &step); err == nil {
			return step
		} // else from the beginning: everything can be repeated
	}
	return TrainingStep{Last: run.After}
}

// overSeries works through a step batch by batch until there are no more or its part is done. batch deals
// with what comes after step.Last, and returns the last key, the zero key where there is none.
func (a *Training) overSeries(ctx context.Context, run TrainingRun, batch func(step *TrainingStep) (foresight.Key, error)) (TrainingStep, error) {
	step := resumed(ctx, run)
	step.More = false
	report, stop := reporting(ctx, step)
	defer stop()
	for began := a.Now(); ; {
		last, err := batch(&step)
		if err != nil {
			return step, ApplicationError(err)
		}
		if last == (foresight.Key{}) {
			return step, nil
		}
		step.Last = last
		report(step)
		if err := ctx.Err(); err != nil {
			return step, err
		}
		if a.Now().Sub(began) >= trainingPart {
			step.More = true
			return step, nil
		}
	}
}

// reporting repeats the latest report until it is stopped: a batch may take longer than a worker is given to
// show that it lives, and the heartbeats bring back the news that the run was cancelled.
func reporting(ctx context.Context, step TrainingStep) (report func(TrainingStep), stop func()) {
	var latest atomic.Pointer[TrainingStep]
	latest.Store(&step)
	report = func(step TrainingStep) {
		latest.Store(&step)
		activity.RecordHeartbeat(ctx, step)
	}
	return report, beat(ctx, func(ctx context.Context) { activity.RecordHeartbeat(ctx, *latest.Load()) })
}

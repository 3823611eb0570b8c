package activities

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// pulseInterval is how often a long step reports: well within the heartbeat timeout of its policy.
const pulseInterval = 2 * time.Second

// beat calls report at every interval until ctx ends or the caller stops it, which waits for a report that
// is under way.
func beat(ctx context.Context, report func(ctx context.Context)) (stop func()) {
	beating, end := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		ticker := time.NewTicker(pulseInterval)
		defer ticker.Stop()
		for {
			select {
			case <-beating.Done():
				return
			case <-ticker.C:
				report(beating)
			}
		}
	})
	return func() { end(); running.Wait() }
}

// beatUntilStopped reports life, and how much is done, during work that may take longer than a beat.
func beatUntilStopped(ctx context.Context, done *atomic.Int64) (stop func()) {
	return beat(ctx, func(ctx context.Context) { activity.RecordHeartbeat(ctx, done.Load()) })
}

// pulse reports how far a step has come, to Temporal as heartbeats, which also bring back the news
// that the workflow was cancelled, and to the period's row for people. It beats on its own, since a
// step may spend a while inside one statement of the database.
type pulse struct {
	done, total atomic.Int64
	// stop ends the reports and waits until the last one is out.
	stop func()
}

// startPulse records that the step is under way and begins to report. The caller ends it with stop.
func startPulse(ctx context.Context, periods closing.Store, ref closing.AttemptRef, step string) (*pulse, error) {
	if err := periods.Progress(ctx, ref, step, 0, 0); err != nil {
		return nil, err
	}
	p, reported := &pulse{}, int64(0)
	p.stop = beat(ctx, func(ctx context.Context) {
		done := p.done.Load()
		activity.RecordHeartbeat(ctx, done)
		if done == reported {
			return
		}
		// Progress is for people to look at; the step itself will notice if the database is gone.
		if err := periods.Progress(ctx, ref, step, done, p.total.Load()); err != nil {
			activity.GetLogger(ctx).Debug("progress could not be recorded", "error", err)
		}
		reported = done
	})
	return p, nil
}

// at sets how much is done, and of how much where that is known.
func (p *pulse) at(done, total int64) {
	p.done.Store(done)
	if total > 0 {
		p.total.Store(total)
	}
}

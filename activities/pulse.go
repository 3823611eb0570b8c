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

// pulse reports how far a step has come, to Temporal as heartbeats, which also bring back the news
// that the workflow was cancelled, and to the period's row for people. It beats on its own, since a
// step may spend a while inside one statement of the database.
type pulse struct {
	done, total atomic.Int64
	end         context.CancelFunc
	ended       sync.WaitGroup
}

// startPulse records that the step is under way and begins to report. The caller ends it with stop.
func startPulse(ctx context.Context, periods closing.Store, ref closing.AttemptRef, step string) (*pulse, error) {
	if err := periods.Progress(ctx, ref, step, 0, 0); err != nil {
		return nil, err
	}
	p := &pulse{}
	beating, end := context.WithCancel(ctx)
	p.end = end
	p.ended.Go(func() { p.beat(beating, periods, ref, step) })
	return p, nil
}

func (p *pulse) beat(ctx context.Context, periods closing.Store, ref closing.AttemptRef, step string) {
	ticker := time.NewTicker(pulseInterval)
	defer ticker.Stop()
	reported := int64(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		done := p.done.Load()
		activity.RecordHeartbeat(ctx, done)
		if done == reported {
			continue
		}
		// Progress is for people to look at; the step itself will notice if the database is gone.
		if err := periods.Progress(ctx, ref, step, done, p.total.Load()); err != nil {
			activity.GetLogger(ctx).Debug("progress could not be recorded", "error", err)
		}
		reported = done
	}
}

// at sets how much is done, and of how much where that is known.
func (p *pulse) at(done, total int64) {
	p.done.Store(done)
	if total > 0 {
		p.total.Store(total)
	}
}

// stop ends the reports and waits until the last one is out.
func (p *pulse) stop() {
	p.end()
	p.ended.Wait()
}

package foresight

import (
	"context"
	"sync"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// publishedAtOnce is how many forecasts are on their way to the monitor at a time.
const publishedAtOnce = 4

// Publisher tells the monitor what a night's run forecast. It is safe for concurrent use.
type Publisher struct {
	Usage   UsageStore
	Archive Archive
	Monitor closing.Monitor
}

// Published is what became of one batch of forecasts.
type Published struct {
	// Last is as of Trained.
	Last      Key
	Forecasts int
	Failed    []Failure
}

// Batch tells of the forecasts that a run made of the series after a key. The monitor stores each one's
// key, so that one told twice counts once. One that the monitor refuses is named; where it does not
// answer, the error is Unavailable.
func (p *Publisher) Batch(ctx context.Context, run string, now time.Time, after Key) (Published, error) {
	keys, err := p.Usage.Keys(ctx, now.Add(-Lookback), after, BatchSize)
	if err != nil || len(keys) == 0 {
		return Published{}, err
	}
	ids := make([]string, len(keys))
	for i, key := range keys {
		ids[i] = NightlyID(run, key)
	}
	made, err := p.Archive.Several(ctx, ids)
	if err != nil {
		return Published{}, err
	}
	published := Published{Last: keys[len(keys)-1]}
	for i, err := range p.publish(ctx, made) {
		switch {
		case err == nil:
			published.Forecasts++
		case ctx.Err() != nil || !fault.Is(err, fault.Upstream) && !fault.Is(err, fault.InvalidInput):
			return Published{}, err
		default:
			published.Failed = append(published.Failed, failureOf(Key{made[i].TenantID, made[i].Metric}, err))
		}
	}
	return published, nil
}

// publish returns what became of each forecast.
func (p *Publisher) publish(ctx context.Context, made []forecast.ForecastResult) []error {
	outcomes := make([]error, len(made))
	next := make(chan int)
	var running sync.WaitGroup
	for range min(publishedAtOnce, len(made)) {
		running.Go(func() {
			for i := range next {
				outcomes[i] = p.Monitor.Publish(ctx, "forecast:"+made[i].ID, ForecastEvent(made[i]))
			}
		})
	}
	for i := range made {
		next <- i
	}
	close(next)
	running.Wait()
	return outcomes
}

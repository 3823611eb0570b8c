package activities

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Watch holds the activities that look for anomalies in what was closed, and their ports.
type Watch struct {
	Costs   costwatch.Watch
	Outbox  outbox.Store
	Monitor closing.Monitor
}

// DetectedAnomalies counts what the days of a closed month showed, and those of the later closed ones
// whose past it is.
type DetectedAnomalies struct {
	Found int `json:"found"`
	New   int `json:"new"`
	// Again were withdrawn before and stand again; Withdrawn no longer do.
	Again     int `json:"again,omitempty"`
	Withdrawn int `json:"withdrawn,omitempty"`
}

// DetectAnomalies judges every day of a closed period of all tenants, and of the later closed ones whose
// past it is, and records what rose with the events that tell of it. After a restatement it withdraws
// what the new costs explain. Repeated, it records and tells nothing twice.
func (a *Watch) DetectAnomalies(ctx context.Context, ref closing.AttemptRef) (DetectedAnomalies, error) {
	var judged atomic.Int64
	watch := a.Costs
	watch.OnDay = func(series int) { judged.Add(int64(series)) }
	stop := beatUntilStopped(ctx, &judged)
	defer stop()
	found, settled, err := watch.From(ctx, ref.Book, ref.Period)
	return DetectedAnomalies{
		Found: found, New: settled.New, Again: settled.Again, Withdrawn: settled.Withdrawn,
	}, ApplicationError(err)
}

// PublishEvents delivers events to the monitor in order, those of earlier periods that it could not
// take then included. The monitor stores each one's key, so that one sent twice counts once. Of one
// that the monitor refuses for good it is recorded why, and the others follow.
func (a *Watch) PublishEvents(ctx context.Context, _ closing.AttemptRef) (Published, error) {
	var published Published
	for {
		messages, err := a.Outbox.Pending(ctx, outbox.TopicMonitorEvent, "", postingsPerRead)
		if err != nil || len(messages) == 0 {
			return published, ApplicationError(err)
		}
		for _, message := range messages {
			if err := a.publish(ctx, message); err != nil {
				return published, ApplicationError(err)
			}
			published.Messages++
			activity.RecordHeartbeat(ctx, published.Messages)
		}
	}
}

// refusedFor is how long an event rests that the monitor refused: the next closes try it again.
const refusedFor = 24 * time.Hour

func (a *Watch) publish(ctx context.Context, message outbox.Message) error {
	var event closing.Event
	err := json.Unmarshal(message.Payload, &event)
	if err != nil {
		err = fault.Wrap(err, fault.Tampered, "outbox message %d holds no event", message.ID)
	} else {
		err = a.Monitor.Publish(ctx, message.Key, event)
	}
	return settleDelivery(ctx, a.Outbox, message, err, a.Costs.Now)
}

var watches *Watch

// DetectAnomalies calls the activity of that name.
func DetectAnomalies(ctx workflow.Context, ref closing.AttemptRef) (DetectedAnomalies, error) {
	return execute[DetectedAnomalies](ctx, watches.DetectAnomalies, "looks for costs that rose", ref)
}

// PublishEvents calls the activity of that name.
func PublishEvents(ctx workflow.Context, ref closing.AttemptRef) (Published, error) {
	return execute[Published](ctx, watches.PublishEvents, "tells monitor of them", ref)
}

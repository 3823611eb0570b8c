package activities

import (
	"context"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// postingsPerRead bounds how many outbox messages are held in memory at once.
const postingsPerRead = 20

// dueAtOnce is when an undelivered posting is due again: Temporal alone decides when to come back,
// and a message that were not due then would look delivered.
var dueAtOnce = time.Unix(0, 0)

// Publication holds the activity that delivers what an approval put into the outbox, and its ports.
type Publication struct {
	Periods closing.Store
	Outbox  outbox.Store
	Billing closing.Billing
}

// PublishInput names the revision that is to be delivered.
type PublishInput struct {
	Ref      closing.AttemptRef `json:"ref"`
	Revision int                `json:"revision"`
}

// Published counts what this run delivered; earlier runs may have delivered the rest.
type Published struct {
	Messages int `json:"messages"`
}

// PublishPostings delivers the revision's postings to billing in order. Billing stores each message's
// key, so one that is sent twice counts once. A failed delivery is recorded with its message and
// ends this run; Temporal repeats it from the first message that is still due.
func (a *Publication) PublishPostings(ctx context.Context, input PublishInput) (Published, error) {
	var published Published
	group := closing.PostingGroup(input.Ref.Book, input.Ref.Period, input.Revision)
	for {
		messages, err := a.Outbox.Pending(ctx, outbox.TopicBillingPosting, group, postingsPerRead)
		if err != nil {
			return published, ApplicationError(err)
		}
		if len(messages) == 0 {
			return published, nil
		}
		for _, message := range messages {
			if err := a.deliver(ctx, message); err != nil {
				return published, ApplicationError(err)
			}
			published.Messages++
			activity.RecordHeartbeat(ctx, published.Messages)
			if err := a.Periods.Progress(ctx, input.Ref, StepPublish, int64(published.Messages), 0); err != nil {
				return published, ApplicationError(err)
			}
		}
	}
}

func (a *Publication) deliver(ctx context.Context, message outbox.Message) error {
	var posting closing.Posting
	if err := json.Unmarshal(message.Payload, &posting); err != nil {
		return fault.Wrap(err, fault.Tampered, "outbox message %d holds no posting", message.ID)
	}
	err := a.Billing.Post(ctx, message.Key, posting)
	if err == nil {
		return a.Outbox.Delivered(ctx, message.ID)
	}
	if recordErr := a.Outbox.Failed(ctx, message.ID, err.Error(), dueAtOnce); recordErr != nil {
		activity.GetLogger(ctx).Warn("a failed delivery could not be recorded", "message", message.ID, "error", recordErr)
	}
	return err
}

var publications *Publication

// PublishPostings calls the activity of that name.
func PublishPostings(ctx workflow.Context, input PublishInput) (Published, error) {
	return execute[Published](ctx, publications.PublishPostings, "sends statements and postings out", input)
}

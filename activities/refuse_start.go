package activities

import (
	"context"
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// RefusedStart says why a scheduled close could not begin: a fault code and one sentence for people.
type RefusedStart struct {
	Book   string        `json:"book"`
	Period period.Period `json:"period"`
	Code   string        `json:"code"`
	Reason string        `json:"reason"`
}

// AnnounceRefusedStart puts a notification into the outbox, one per correlation id, which is one per
// run of a schedule. Without it nobody would hear that a month stays open, and with it every later
// one.
func (a *Closing) AnnounceRefusedStart(ctx context.Context, refused RefusedStart) error {
	ref := closing.AttemptRef{Book: refused.Book, Period: refused.Period}
	payload, err := json.Marshal(closing.Notification{
		Kind:          closing.NotifyStartRefused,
		Book:          refused.Book,
		Period:        refused.Period,
		Reason:        refused.Reason,
		FailureCode:   refused.Code,
		CorrelationID: correlation.ID(ctx),
	})
	if err != nil {
		return ApplicationError(err)
	}
	return ApplicationError(a.Notifier.Notify(ctx, outbox.Message{
		Topic:         outbox.TopicNotification,
		Group:         refused.Book + "/" + refused.Period.String(),
		Key:           closing.NotificationKey(closing.NotifyStartRefused, ref, 0) + ":" + correlation.ID(ctx),
		Payload:       payload,
		CorrelationID: correlation.ID(ctx),
	}))
}

// AnnounceRefusedStart calls the activity of that name.
func AnnounceRefusedStart(ctx workflow.Context, refused RefusedStart) error {
	_, err := execute[nothing](ctx, closings.AnnounceRefusedStart, "tells people why the close did not start", refused)
	return err
}

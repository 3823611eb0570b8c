package activities

import (
	"context"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Reminder says that an approval still waits.
type Reminder struct {
	Ref        closing.AttemptRef `json:"ref"`
	Number     int                `json:"number"`
	ResultHash string             `json:"result_hash"`
	Deadline   time.Time          `json:"deadline"`
}

// RemindApprovers puts a reminder into the outbox, once per number.
func (a *Closing) RemindApprovers(ctx context.Context, reminder Reminder) error {
	payload, err := json.Marshal(closing.Notification{
		Kind:          closing.NotifyReminder,
		Book:          reminder.Ref.Book,
		Period:        reminder.Ref.Period,
		Attempt:       reminder.Ref.Attempt,
		ResultHash:    reminder.ResultHash,
		Deadline:      reminder.Deadline,
		CorrelationID: correlation.ID(ctx),
	})
	if err != nil {
		return ApplicationError(err)
	}
	return ApplicationError(a.Notifier.Notify(ctx, outbox.Message{
		Topic:         outbox.TopicNotification,
		Group:         reminder.Ref.Book + "/" + reminder.Ref.Period.String(),
		Key:           closing.NotificationKey(closing.NotifyReminder, reminder.Ref, reminder.Number),
		Payload:       payload,
		CorrelationID: correlation.ID(ctx),
	}))
}

// RemindApprovers calls the activity of that name.
func RemindApprovers(ctx workflow.Context, reminder Reminder) error {
	_, err := execute[nothing](ctx, closings.RemindApprovers, "reminds the finance approvers", reminder)
	return err
}

package closing

import (
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/period"
)

// NotificationKind says what people are told about a period.
type NotificationKind string

// The kinds.
const (
	NotifyAwaitingApproval NotificationKind = "period.awaiting_approval"
	NotifyReminder         NotificationKind = "period.approval_reminder"
	NotifyApproved         NotificationKind = "period.approved"
	NotifyReopened         NotificationKind = "period.reopened"
	NotifyFailed           NotificationKind = "period.failed"
	NotifyClosed           NotificationKind = "period.closed"
	// NotifyStartRefused is about a scheduled close that could not begin; it has no attempt.
	NotifyStartRefused NotificationKind = "period.start_refused"
)

// Notification is the payload of an outbox message about a period. It names no amounts and no
// tenants: who may see those asks the API.
type Notification struct {
	Kind          NotificationKind `json:"kind"`
	Book          string           `json:"book"`
	Period        period.Period    `json:"period"`
	Attempt       int              `json:"attempt"`
	Revision      int              `json:"revision,omitempty"`
	ResultHash    string           `json:"result_hash,omitempty"`
	Deadline      time.Time        `json:"deadline,omitzero"`
	Reason        string           `json:"reason,omitempty"`
	FailureCode   string           `json:"failure_code,omitempty"`
	CorrelationID string           `json:"correlation_id,omitempty"`
}

// NotificationKey returns the key under which the receiver knows a notification: there is one of a
// kind per attempt, except for reminders, which are numbered from 1.
func NotificationKey(kind NotificationKind, ref AttemptRef, number int) string {
	key := fmt.Sprintf("%s:%s:%s:%d", kind, ref.Book, ref.Period, ref.Attempt)
	if number > 0 {
		key += fmt.Sprintf(":%d", number)
	}
	return key
}

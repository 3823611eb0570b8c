// Package outbox holds messages that commit together with the fact that they announce and are
// delivered afterwards, at least once, each under a key that its receiver stores.
package outbox

import (
	"context"
	"encoding/json"
	"time"
)

// The topics.
const (
	// TopicBillingPosting carries pages of posted amounts to billing; a PeriodClose drains it.
	TopicBillingPosting = "billing.posting"
	// TopicNotification carries signed webhooks for people; the worker's dispatcher drains it.
	TopicNotification = "notification"
	// TopicMonitorEvent carries events to the platform's monitor; a PeriodClose drains it, and a
	// ModelTraining its own group of it.
	TopicMonitorEvent = "monitor.event"
	// TopicEscalation carries drift that touches security to compliance; a DriftScan drains it.
	TopicEscalation = "compliance.escalation"
	// TopicRecommendation carries recommended changes of capacity to compute; a ModelTraining drains it.
	TopicRecommendation = "compute.recommendation"
)

// Topics lists the topics.
func Topics() []string {
	return []string{TopicBillingPosting, TopicNotification, TopicMonitorEvent, TopicEscalation, TopicRecommendation}
}

// Message is one thing to deliver.
type Message struct {
	ID int64 `json:"id"`
	// Topic says who delivers it, Group what it belongs to (such as a book, period and revision).
	Topic string `json:"topic"`
	Group string `json:"group"`
	// Key is the idempotency key that the receiver stores.
	Key           string          `json:"key"`
	Payload       json.RawMessage `json:"payload"`
	CorrelationID string          `json:"correlation_id,omitempty"`
	CreatedAt     time.Time       `json:"created_at"`
	Attempts      int             `json:"attempts"`
}

// Store keeps messages. Those that announce a change are added inside the transaction that makes it,
// by the store that makes it.
type Store interface {
	// Notify keeps a message that announces nothing but itself, such as a reminder. The same topic and
	// key again changes nothing.
	Notify(ctx context.Context, message Message) error
	// Pending lists undelivered messages of a topic (and group, unless empty) in order of id, due
	// now, at most limit.
	Pending(ctx context.Context, topic, group string, limit int) ([]Message, error)
	// Delivered marks a message as delivered; again changes nothing.
	Delivered(ctx context.Context, id int64) error
	// Failed records a failed delivery and when to try again.
	Failed(ctx context.Context, id int64, reason string, retryAt time.Time) error
}

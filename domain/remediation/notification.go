package remediation

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// NotificationKind says what people are told about a remediation.
type NotificationKind string

// The kinds. Those that page somebody at once are NotifyEscalated, shortly before a deadline, and
// NotifyBrokenGlass.
const (
	NotifyAwaitingApproval NotificationKind = "remediation.awaiting_approval"
	NotifyReminder         NotificationKind = "remediation.approval_reminder"
	NotifyEscalated        NotificationKind = "remediation.approval_escalated"
	NotifyBrokenGlass      NotificationKind = "remediation.broken_glass"
	NotifyReviewDue        NotificationKind = "remediation.review_due"
	NotifyApproved         NotificationKind = "remediation.approved"
	NotifyEnded            NotificationKind = "remediation.ended"
)

// Notification is the payload of an outbox message about a remediation. It names no values.
type Notification struct {
	Kind          NotificationKind `json:"kind"`
	Urgent        bool             `json:"urgent,omitempty"`
	TenantID      string           `json:"tenant_id"`
	RemediationID string           `json:"remediation_id"`
	ResourceID    string           `json:"resource_id"`
	ResourceType  string           `json:"resource_type"`
	Severity      string           `json:"severity"`
	State         State            `json:"state"`
	PlanHash      string           `json:"plan_hash,omitempty"`
	Deadline      time.Time        `json:"deadline,omitzero"`
	Subject       string           `json:"subject,omitempty"`
	Reason        string           `json:"reason,omitempty"`
	CorrelationID string           `json:"correlation_id,omitempty"`
}

// Announce makes the message that tells people of a remediation; number tells apart several of a kind.
func (r Remediation) Announce(kind NotificationKind, number int, subject string) (outbox.Message, error) {
	payload, err := json.Marshal(Notification{
		Kind: kind, Urgent: kind == NotifyEscalated || kind == NotifyBrokenGlass,
		TenantID: r.TenantID, RemediationID: r.ID, ResourceID: r.ResourceID, ResourceType: r.ResourceType,
		Severity: string(r.Severity), State: r.State, PlanHash: r.PlanHash, Deadline: r.Deadline,
		Subject: subject, Reason: r.Reason, CorrelationID: r.CorrelationID,
	})
	if err != nil {
		return outbox.Message{}, fault.Wrap(err, fault.Internal, "a notification about remediation %s cannot be written", r.ID)
	}
	return outbox.Message{
		Topic: outbox.TopicNotification, Group: r.WorkflowID(),
		Key:     string(kind) + ":" + r.ID + ":" + strconv.Itoa(r.PlanNumber) + ":" + strconv.Itoa(number),
		Payload: payload, CorrelationID: r.CorrelationID,
	}, nil
}

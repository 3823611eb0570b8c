// Package remediation mends drift: it plans what would bring a resource back to what is declared, or
// what is declared to the resource, says who has to agree, and keeps the rules by which a plan may be
// carried out. Changing resources is package infra's.
package remediation

import (
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Ref names a remediation.
type Ref struct {
	TenantID string `json:"tenant_id"`
	ID       string `json:"remediation_id"`
}

// WorkflowID returns the id of the remediation's workflow, remediation:{tenant}:{remediation id}; the
// latter is made of the resource and the fingerprint of what is to be mended.
func (r Ref) WorkflowID() string { return "remediation:" + r.TenantID + ":" + r.ID }

// Run names what the reconciler does to carry out a plan, by the number of the plan.
func (r Ref) Run(plan int) string { return r.WorkflowID() + ":" + strconv.Itoa(plan) }

// Runs names what the reconciler did for any of the plans so far.
func (r Remediation) Runs() []string {
	runs := make([]string, r.PlanNumber)
	for i := range runs {
		runs[i] = r.Run(i + 1)
	}
	return runs
}

// NewID makes the id of a remediation from its resource, what is to be mended and which attempt at it
// this is. It is at most 128 letters, digits, dots, dashes and underscores.
func NewID(resourceID, cause string, ordinal int) string {
	const longest = 100
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, resourceID)
	return readable[:min(len(readable), longest)] + "." + fingerprint(resourceID, cause, ordinal)[:16]
}

// State is where a remediation stands.
type State string

// The states: planning → awaiting_approval (unless it may go on alone) → approved → applying →
// verifying, and from there back to planning for the rest, or to an end. Planning is also where it
// returns when the live state moved under the plan.
const (
	Planning         State = "planning"
	AwaitingApproval State = "awaiting_approval"
	Approved         State = "approved"
	Applying         State = "applying"
	Verifying        State = "verifying"

	// Mended and Declared are the good ends: the cloud was brought back, or what runs was declared. Moot
	// is a drift that went away by itself, Unmendable one that nobody can mend from here.
	Mended     State = "mended"
	Declared   State = "declared"
	Moot       State = "moot"
	Unmendable State = "unmendable"
	Rejected   State = "rejected"
	Expired    State = "expired"
	Cancelled  State = "cancelled"
	Failed     State = "failed"
)

var transitions = map[State][]State{
	Planning:         {AwaitingApproval, Approved, Mended, Declared, Moot, Unmendable, Cancelled, Failed},
	AwaitingApproval: {Approved, Planning, Rejected, Expired, Cancelled, Failed},
	Approved:         {Applying, Planning, AwaitingApproval, Failed},
	Applying:         {Verifying, Planning, Failed},
	Verifying:        {Planning, Mended, Declared, Failed},
}

// States lists every state.
func States() []State {
	return []State{
		Planning, AwaitingApproval, Approved, Applying, Verifying,
		Mended, Declared, Moot, Unmendable, Rejected, Expired, Cancelled, Failed,
	}
}

// Over reports whether a remediation in this state has ended.
func (s State) Over() bool { return len(transitions[s]) == 0 }

// CheckTransition returns a Conflict error unless a remediation may go from one state to another.
func CheckTransition(from, to State) error {
	for _, allowed := range transitions[from] {
		if allowed == to {
			return nil
		}
	}
	return fault.New(fault.Conflict, "a remediation that is %s cannot become %s", from, to)
}

// Remediation is a remediation as its row tells it.
type Remediation struct {
	Ref
	ResourceID   string          `json:"resource_id"`
	ResourceType string          `json:"resource_type"`
	Severity     drift.Severity  `json:"severity"`
	State        State           `json:"state"`
	Mode         driftwatch.Mode `json:"mode"`
	// Cause stands for the drifts that it was opened for, with their values.
	Cause string `json:"cause"`
	// Quiet is set where nobody is alerted that it waits.
	Quiet         bool      `json:"quiet,omitempty"`
	ScanID        string    `json:"scan_id"`
	RequestedBy   string    `json:"requested_by"`
	CorrelationID string    `json:"correlation_id,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
	EndedAt       time.Time `json:"ended_at,omitzero"`
	// Plan is the latest plan, nil before the first; PlanNumber counts them from 1.
	Plan       *Plan     `json:"plan,omitempty"`
	PlanHash   string    `json:"plan_hash,omitempty"`
	PlanNumber int       `json:"plan_number,omitempty"`
	Deadline   time.Time `json:"approval_deadline,omitzero"`
	// Direction is the one that was decided on, Automatic that no person had to.
	Direction  approval.Direction `json:"direction,omitempty"`
	Automatic  bool               `json:"automatic,omitempty"`
	BreakGlass bool               `json:"break_glass,omitempty"`
	// Review is due after someone broke the glass, until somebody else has looked.
	Review      Review `json:"review,omitempty"`
	Reason      string `json:"reason,omitempty"`
	FailureCode string `json:"failure_code,omitempty"`
	// Held says why it may not go on alone, where a cap or an error-rate stop keeps it.
	Held string `json:"held,omitempty"`
}

// Review says how far the look back at a broken glass has come.
type Review string

// The reviews.
const (
	ReviewDue  Review = "due"
	ReviewDone Review = "done"
)

// Request asks for a remediation of a resource with drift.
type Request struct {
	Candidate     driftwatch.Candidate
	Mode          driftwatch.Mode
	ScanID        string
	RequestedBy   string
	CorrelationID string
	// Announced is set where people are told once it waits.
	Announced bool
	Now       time.Time
}

package closing

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// AttemptRef names one attempt at closing one period of one book, or at restating it.
type AttemptRef struct {
	Book    string        `json:"book"`
	Period  period.Period `json:"period"`
	Attempt int           `json:"attempt"`
	// Restates is the revision that a restatement makes, which is at least 2; 0 for a close.
	Restates int `json:"restates,omitempty"`
}

// WorkflowID returns the id of the attempt's PeriodClose or PeriodRestatement workflow. Restatements
// that were given up leave their revision, and so their id, to the next one.
func (r AttemptRef) WorkflowID() string {
	if r.Restates > 0 {
		return fmt.Sprintf("period-restatement:%s:%s:%d", r.Book, r.Period, r.Restates)
	}
	return fmt.Sprintf("period-close:%s:%s:%d", r.Book, r.Period, r.Attempt)
}

// Status is the row that decides what a request about a period does: the truth, whatever Temporal
// still remembers.
type Status struct {
	Book     string        `json:"book"`
	Period   period.Period `json:"period"`
	State    State         `json:"state"`
	Attempt  int           `json:"attempt"`
	Revision int           `json:"revision"`
	// Restates is the revision that the current attempt makes where it is a restatement, and
	// Restatement what was asked of it; 0 and nil for a close.
	Restates    int          `json:"restates,omitempty"`
	Restatement *Restatement `json:"restatement,omitempty"`
	// Step is the step under way or last reached: collect, freeze, reconcile, allocate, verify,
	// await_approval, publish, close.
	Step string `json:"step,omitempty"`
	// StepDone and StepTotal count what the step works through; StepTotal is zero where unknown.
	StepDone  int64 `json:"step_done"`
	StepTotal int64 `json:"step_total"`
	// Reason says why the period is where it is after a rejection, expiry, cancellation or failure.
	Reason      string `json:"reason,omitempty"`
	FailureCode string `json:"failure_code,omitempty"`
	// What follows is the current attempt's; for a closed period it is that of its revision, whatever
	// was tried and given up since.
	RequestedBy      string          `json:"requested_by,omitempty"`
	ManifestHash     string          `json:"manifest_hash,omitempty"`
	ResultHash       string          `json:"result_hash,omitempty"`
	ApprovalDeadline time.Time       `json:"approval_deadline,omitzero"`
	Totals           []CurrencyTotal `json:"totals"`
	Reconciliation   *Reconciliation `json:"reconciliation,omitempty"`
	CorrelationID    string          `json:"correlation_id,omitempty"`
	// Basis and PeriodBy are what the manifest froze; empty before it has.
	Basis     Basis     `json:"cost_basis,omitempty"`
	PeriodBy  PeriodBy  `json:"period_by,omitempty"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Ref returns the name of the current attempt.
func (s Status) Ref() AttemptRef {
	return AttemptRef{Book: s.Book, Period: s.Period, Attempt: s.Attempt, Restates: s.Restates}
}

// CurrencyTotal sums one currency of a result. Tenants + the sum of Accounts = Billed, to the last
// digit, whatever the cost basis: what is billed but not yet used waits in @prepaid.
type CurrencyTotal struct {
	Currency  string                     `json:"currency"`
	Billed    decimal.Decimal            `json:"billed"`
	Effective decimal.Decimal            `json:"effective"`
	Tenants   decimal.Decimal            `json:"tenants"`
	Accounts  map[string]decimal.Decimal `json:"accounts"`
	// Coverage is the share of the allocated cost that reached tenants, by absolute amounts, 0 to 1.
	Coverage decimal.Decimal `json:"coverage"`
	Cells    int64           `json:"cells"`
	// Notes are the first MaxNotes of NotesCount things that the cells do not show.
	Notes      []Note `json:"notes,omitempty"`
	NotesCount int    `json:"notes_count,omitempty"`
}

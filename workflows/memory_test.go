package workflows_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// errStoreDown stands for a lost database connection.
var errStoreDown = errors.New("connection refused")

// memory is a period of one book in memory, under a clock that can be skipped. Workflow tests need
// such a clock, which PostgreSQL does not have; what the real store does is tested with it.
type memory struct {
	closing.Store

	mutex     sync.Mutex
	book      closing.Book
	status    closing.Status
	decisions []approval.Recorded
	reminders []string
	// refusal is why no attempt can be opened.
	refusal   error
	announced []outbox.Message
	// approvals counts how many approvals were committed.
	approvals int
	// down makes the named method fail with errStoreDown that many times.
	down map[string]int
	now  func() time.Time
	// before is called by a method of that name before it does anything.
	before map[string]func()
	// afterAwait is called once the request for an approval is on record.
	afterAwait func()
}

func (m *memory) enter(method string) error {
	if hook := m.before[method]; hook != nil {
		hook()
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.down[method] > 0 {
		m.down[method]--
		return errStoreDown
	}
	return nil
}

func (m *memory) move(method string, ref closing.AttemptRef, to closing.State, change func()) error {
	if err := m.enter(method); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if ref.Attempt != m.status.Attempt {
		return fault.New(fault.Conflict, "attempt %d is over", ref.Attempt)
	}
	if err := closing.CheckTransition(m.status.State, to); err != nil {
		return err
	}
	m.status.State = to
	if change != nil {
		change()
	}
	return nil
}

func (m *memory) snapshot() closing.Status {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.status
}

func (m *memory) Book(context.Context, string) (closing.Book, error) {
	return m.book, m.enter("Book")
}

func (m *memory) Period(context.Context, string, period.Period) (closing.Status, error) {
	return m.snapshot(), m.enter("Period")
}

func (m *memory) OpenAttempt(_ context.Context, request closing.OpenRequest) (closing.Status, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.refusal != nil {
		return closing.Status{}, false, m.refusal
	}
	if m.status.State.Running() || m.status.State == closing.StateClosed {
		return m.status, false, nil
	}
	m.status.Period, m.status.State, m.status.RequestedBy = request.Period, closing.StateClosing, request.RequestedBy
	m.status.CorrelationID = request.CorrelationID
	m.status.Attempt++
	return m.status, true, nil
}

func (m *memory) Progress(context.Context, closing.AttemptRef, string, int64, int64) error {
	return nil
}

func (m *memory) Manifest(context.Context, closing.AttemptRef) (closing.Manifest, error) {
	return closing.Manifest{Rules: []closing.ManifestRule{{RuleID: "pool-network", Version: 1}}}, nil
}

func (m *memory) AwaitApproval(_ context.Context, ref closing.AttemptRef, deadline time.Time) error {
	err := m.move("AwaitApproval", ref, closing.StateAwaitingApproval, func() { m.status.ApprovalDeadline = deadline })
	if err == nil && m.afterAwait != nil {
		m.afterAwait()
	}
	return err
}

func (m *memory) Approve(_ context.Context, ref closing.AttemptRef, decision approval.Decision, announce closing.Announce) (int, error) {
	err := m.move("Approve", ref, closing.StatePublishing, func() {
		m.status.Revision++
		m.approvals++
		m.decisions = append(m.decisions, approval.Recorded{Decision: decision, Attempt: ref.Attempt})
		m.announced, _ = announce(m.status.Revision)
	})
	return m.snapshot().Revision, err
}

func (m *memory) Reopen(_ context.Context, ref closing.AttemptRef, decision *approval.Decision, reason string) error {
	to := closing.StateOpen
	if m.snapshot().Revision > 0 {
		to = closing.StateClosed
	}
	return m.move("Reopen", ref, to, func() {
		m.status.Reason = reason
		if decision != nil {
			m.decisions = append(m.decisions, approval.Recorded{Decision: *decision, Attempt: ref.Attempt})
		}
	})
}

func (m *memory) Fail(_ context.Context, ref closing.AttemptRef, code, reason string) error {
	return m.move("Fail", ref, closing.StateFailed, func() { m.status.FailureCode, m.status.Reason = code, reason })
}

func (m *memory) Close(_ context.Context, ref closing.AttemptRef) error {
	return m.move("Close", ref, closing.StateClosed, nil)
}

func (m *memory) RecordDecision(_ context.Context, ref closing.AttemptRef, decision approval.Decision, refusal string) error {
	if err := m.enter("RecordDecision"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.decisions = append(m.decisions, approval.Recorded{Decision: decision, Attempt: ref.Attempt, Refusal: refusal})
	return nil
}

// Version makes every rule the work of rule-author.
func (m *memory) Version(_ context.Context, ruleID string, version int) (allocation.RuleVersion, error) {
	return allocation.RuleVersion{RuleID: ruleID, Version: version, CreatedBy: "rule-author"}, nil
}

// Transactions yields one cell, so that there is something to post.
func (m *memory) Transactions(_ context.Context, book string, month period.Period, attempt int) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		amount := decimal.RequireFromString("12.345")
		yield(ledger.Transaction{
			Key:     ledger.Key{Book: book, Period: month, Attempt: attempt, Stage: 1, Pool: "direct:compute", Currency: "USD"},
			Amount:  amount,
			Entries: []ledger.Entry{{Account: "acme", Amount: amount}},
		}, nil)
	}
}

// AsOf yields what Transactions yields, so that a restatement changes nothing that is posted.
func (m *memory) AsOf(ctx context.Context, book string, month period.Period, _, attempt int) iter.Seq2[ledger.Transaction, error] {
	return m.Transactions(ctx, book, month, attempt)
}

func (m *memory) Notify(_ context.Context, message outbox.Message) error {
	if err := m.enter("Notify"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.reminders = append(m.reminders, message.Key)
	return nil
}

// refusals lists the codes of the refused decisions.
func (m *memory) refusals() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var codes []string
	for _, decision := range m.decisions {
		if decision.Refusal != "" {
			codes = append(codes, decision.Refusal)
		}
	}
	return codes
}

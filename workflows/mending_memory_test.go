package workflows_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// mendings keeps one remediation in memory, under a clock that can be skipped. What the real store does
// is tested with PostgreSQL; this one holds to the same transitions.
type mendings struct {
	remediation.Store

	// now tells the time, and ago how long before it the row is said to have moved.
	now       func() time.Time
	ago       time.Duration
	mutex     sync.Mutex
	one       remediation.Remediation
	decisions []approval.Recorded
	usage     remediation.Usage
	// late is the usage when a plan is kept, which others may have driven up meanwhile.
	late remediation.Usage
	// states are those that it went through.
	states []remediation.State
	told   []remediation.NotificationKind
	// down makes the named method fail that many times, before is called by a method of that name.
	down   map[string]int
	before map[string]func()
}

func (m *mendings) enter(method string) error {
	m.mutex.Lock()
	hook := m.before[method]
	delete(m.before, method)
	m.mutex.Unlock()
	if hook != nil {
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

func (m *mendings) snapshot() remediation.Remediation {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.one
}

// move changes the state as the real store does, and then whatever else.
func (m *mendings) move(method string, to remediation.State, change func()) error {
	if err := m.enter(method); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.one.State == to {
		return nil
	}
	if err := remediation.CheckTransition(m.one.State, to); err != nil {
		return err
	}
	m.one.State, m.one.Reason, m.one.UpdatedAt = to, "", m.now().Add(-m.ago)
	m.states = append(m.states, to)
	if change != nil {
		change()
	}
	return nil
}

func (m *mendings) Remediation(context.Context, string, string) (remediation.Remediation, error) {
	return m.snapshot(), m.enter("Remediation")
}

func (m *mendings) Decisions(context.Context, string) ([]approval.Recorded, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return slices.Clone(m.decisions), nil
}

func (m *mendings) Usage(context.Context, remediation.Ref, remediation.Limits, time.Time) (remediation.Usage, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.usage, nil
}

// reserved is what was done by the time that a plan is kept.
func (m *mendings) reserved() remediation.Usage {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.late
}

func (m *mendings) KeepPlan(_ context.Context, _ remediation.Ref, plan remediation.Plan, keep remediation.Keeping) (remediation.Remediation, error) {
	to := remediation.AwaitingApproval
	if plan.Automatic {
		to = remediation.Approved
	}
	if held := keep.Limits.Hold(m.reserved()); plan.Automatic && held != "" {
		return m.snapshot(), fault.New(fault.RateLimited, "%s", held)
	}
	err := m.move("KeepPlan", to, func() {
		m.one.Mode = keep.Mode
		m.one.Plan, m.one.PlanHash, m.one.Deadline = &plan, keep.Hash, keep.Deadline
		m.one.PlanNumber++
		m.one.Automatic, m.one.Held, m.one.Direction = plan.Automatic, keep.Held, ""
		if plan.Automatic {
			m.one.Direction = approval.Revert
		}
	})
	return m.snapshot(), err
}

func (m *mendings) record(decision approval.Decision, refusal string) {
	decision.Token = ""
	if !slices.ContainsFunc(m.decisions, func(r approval.Recorded) bool { return r.ID == decision.ID && r.Refusal == refusal }) {
		m.decisions = append(m.decisions, approval.Recorded{Decision: decision, Attempt: m.one.PlanNumber, Refusal: refusal})
	}
}

func (m *mendings) NoteDecision(_ context.Context, _ remediation.Ref, decision approval.Decision) error {
	if err := m.enter("NoteDecision"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.record(decision, "")
	return nil
}

func (m *mendings) RefuseDecision(_ context.Context, _ remediation.Ref, decision approval.Decision, refusal string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.record(decision, refusal)
	return nil
}

func (m *mendings) Approve(_ context.Context, _ remediation.Ref, decisions []approval.Decision) error {
	last := decisions[len(decisions)-1]
	if hash := m.snapshot().PlanHash; hash != last.ResultHash {
		return fault.New(fault.PreconditionFailed, "the plan is %s now", hash)
	}
	return m.move("Approve", remediation.Approved, func() {
		for _, decision := range decisions {
			m.record(decision, "")
		}
		m.one.Direction, m.one.BreakGlass = last.Direction, last.BreakGlass
	})
}

func (m *mendings) Reject(_ context.Context, _ remediation.Ref, decision approval.Decision) error {
	return m.move("Reject", remediation.Rejected, func() {
		m.record(decision, "")
		m.one.Reason = decision.Reason
	})
}

func (m *mendings) Move(_ context.Context, _ remediation.Ref, to remediation.State, reason string) error {
	from := m.snapshot().State
	return m.move("Move "+string(to), to, func() {
		m.one.Reason = reason
		if to == remediation.Planning && from != remediation.Verifying {
			m.one.Direction = ""
		}
	})
}

func (m *mendings) End(_ context.Context, _ remediation.Ref, ending remediation.Ending) error {
	if m.snapshot().State.Over() {
		return nil
	}
	return m.move("End", ending.State, func() { m.one.Reason, m.one.FailureCode = ending.Reason, ending.Code })
}

// Notify keeps what kind of reminder went out.
func (m *mendings) Notify(_ context.Context, message outbox.Message) error {
	if err := m.enter("Notify"); err != nil {
		return err
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	kind, _, _ := strings.Cut(message.Key, ":")
	m.told = append(m.told, remediation.NotificationKind(kind))
	return nil
}

// refusals lists who was refused, and why.
func (m *mendings) refusals() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var list []string
	for _, decision := range m.decisions {
		if decision.Refusal != "" {
			list = append(list, decision.Actor.Subject+": "+decision.Refusal)
		}
	}
	return list
}

// counted lists whose decisions count.
func (m *mendings) counted() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var list []string
	for _, decision := range m.decisions {
		if decision.Refusal == "" {
			list = append(list, decision.Actor.Subject)
		}
	}
	return list
}

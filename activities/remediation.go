package activities

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Remediations holds the activities of a Remediation and their ports. All fields are required.
type Remediations struct {
	Store  remediation.Store
	Drifts DriftSettings
	Rules  driftwatch.Rulebook
	// Platform reads a resource as it is now, Reconciler changes it.
	Platform   ResourceReader
	Reconciler Reconciler
	Tokens     approval.TokenVerifier
	Notifier   Notifier
	// Discretion hides secrets in the reasons of decisions that no token proves.
	Discretion Discretion
	Policy     remediation.Policy
	// DigestKey keys the digest of a resource's state that a plan is bound to.
	DigestKey []byte
	Now       Clock
}

// Discretion hides the secrets of tenants in what people write.
type Discretion interface {
	Hide(ctx context.Context, text string, tenantIDs ...string) (string, error)
}

// DriftSettings knows which drifts of a resource a person said to leave be, and what may be done about the
// rest.
type DriftSettings interface {
	QuietDrifts(ctx context.Context, tenantID, resourceID string) ([]string, error)
	Modes(ctx context.Context, tenantID string) (driftwatch.Modes, error)
}

// ResourceReader reads one resource as it is now; infra.Provider is one.
type ResourceReader interface {
	Read(ctx context.Context, id string) (infra.Resource, error)
}

// Reconciler carries actions out; infra.Reconciler is one.
type Reconciler interface {
	Reconcile(ctx context.Context, run infra.Run) (infra.Result, error)
}

var remediations *Remediations

// RemediationStanding is where a remediation stands, as far as its workflow needs to know.
type RemediationStanding struct {
	State    remediation.State  `json:"state"`
	PlanHash string             `json:"plan_hash,omitempty"`
	Quorum   remediation.Quorum `json:"quorum"`
	Deadline time.Time          `json:"deadline,omitzero"`
	// ReminderEvery is how often people are reminded.
	ReminderEvery time.Duration      `json:"reminder_every,omitempty"`
	Direction     approval.Direction `json:"direction,omitempty"`
	Reason        string             `json:"reason,omitempty"`
	// Admitted are the approvals of this very plan that count already, without their tokens.
	Admitted []approval.Decision `json:"admitted,omitempty"`
}

// BeginRemediation reads where a remediation stands, so that a workflow which was started again resumes.
func (a *Remediations) BeginRemediation(ctx context.Context, ref remediation.Ref) (RemediationStanding, error) {
	found, err := a.Store.Remediation(ctx, ref.TenantID, ref.ID)
	if err != nil {
		return RemediationStanding{}, ApplicationError(err)
	}
	standing := a.standing(found)
	recorded, err := a.Store.Decisions(ctx, ref.ID)
	if err != nil {
		return standing, ApplicationError(err)
	}
	for _, decision := range recorded {
		if decision.Refusal == "" && decision.Verdict == approval.Approve && decision.ResultHash == found.PlanHash {
			standing.Admitted = append(standing.Admitted, decision.Decision)
		}
	}
	return standing, nil
}

func (a *Remediations) standing(found remediation.Remediation) RemediationStanding {
	standing := RemediationStanding{
		State: found.State, PlanHash: found.PlanHash, Deadline: found.Deadline, Direction: found.Direction, Reason: found.Reason,
		ReminderEvery: a.Policy.Reminding(),
	}
	if found.Plan != nil {
		standing.Quorum = remediation.QuorumOf(*found.Plan)
	}
	return standing
}

// BeginRemediation calls the activity of that name.
func BeginRemediation(ctx workflow.Context, ref remediation.Ref) (RemediationStanding, error) {
	return execute[RemediationStanding](ctx, remediations.BeginRemediation, "reads where the remediation stands", ref)
}

// PlanRemediation plans for the resource as it is now and keeps the plan. Where nothing is left to
// settle, it ends the remediation: mended where it had changed something, moot where it had not.
func (a *Remediations) PlanRemediation(ctx context.Context, ref remediation.Ref) (RemediationStanding, error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	found, err := a.Store.Remediation(ctx, ref.TenantID, ref.ID)
	if err != nil {
		return RemediationStanding{}, ApplicationError(err)
	}
	if found.State != remediation.Planning {
		return a.standing(found), nil // repeated after its own commit
	}
	draft, err := a.draft(ctx, found)
	if err != nil {
		return RemediationStanding{}, ApplicationError(err)
	}
	planner, err := a.planner(ctx, found.TenantID)
	if err != nil {
		return RemediationStanding{}, ApplicationError(err)
	}
	standing, err := a.keepPlan(ctx, found, planner, draft)
	if held := (*fault.Error)(nil); errors.As(err, &held) && held.Code == fault.RateLimited {
		// Others went on alone while this was planned, as many as may.
		draft.Held = held.Message
		standing, err = a.keepPlan(ctx, found, planner, draft)
	}
	return standing, ApplicationError(err)
}

// keepPlan plans and keeps the plan, or ends the remediation where there is nothing to settle.
func (a *Remediations) keepPlan(ctx context.Context, found remediation.Remediation, planner *remediation.Planner, draft remediation.Draft) (RemediationStanding, error) {
	plan, reason, err := planner.Plan(draft)
	if err != nil {
		return RemediationStanding{}, err
	}
	if plan == nil {
		return a.nothingLeft(ctx, found, reason)
	}
	hash, err := plan.Hash()
	if err != nil {
		return RemediationStanding{}, err
	}
	now := a.Now()
	kept, err := a.Store.KeepPlan(ctx, found.Ref, *plan, remediation.Keeping{
		Hash: hash, Deadline: now.Add(a.Policy.ApprovalDeadline), Held: draft.Held, Mode: draft.Mode, Limits: a.Policy.Limits,
		Announce: !found.Quiet, Now: now,
	})
	return a.standing(kept), err
}

func (a *Remediations) nothingLeft(ctx context.Context, found remediation.Remediation, reason string) (RemediationStanding, error) {
	ending := remediation.Ending{State: remediation.Moot, Reason: "the drift went away by itself", Now: a.Now()}
	switch {
	case reason != "":
		ending.State, ending.Reason = remediation.Unmendable, reason
	case found.Direction == approval.Accept:
		ending.State, ending.Reason = remediation.Declared, ""
	case found.Direction == approval.Revert:
		ending.State, ending.Reason = remediation.Mended, ""
	}
	if err := a.Store.End(ctx, found.Ref, ending); err != nil {
		return RemediationStanding{}, err
	}
	return RemediationStanding{State: ending.State, Reason: ending.Reason}, nil
}

// PlanRemediation calls the activity of that name.
func PlanRemediation(ctx workflow.Context, ref remediation.Ref) (RemediationStanding, error) {
	return execute[RemediationStanding](ctx, remediations.PlanRemediation, "works out what would mend it, and who has to agree", ref)
}

// draft reads what a plan is made from. The mode that is set now counts, not the one that the remediation
// was opened in.
func (a *Remediations) draft(ctx context.Context, found remediation.Remediation) (remediation.Draft, error) {
	draft := remediation.Draft{Quiet: map[string]bool{}}
	modes, err := a.Drifts.Modes(ctx, found.TenantID)
	if err != nil {
		return draft, err
	}
	draft.Mode = modes.Of(found.ResourceType)
	if draft.Resource, err = a.read(ctx, found); err != nil {
		return draft, err
	}
	quiet, err := a.Drifts.QuietDrifts(ctx, found.TenantID, found.ResourceID)
	if err != nil {
		return draft, err
	}
	for _, id := range quiet {
		draft.Quiet[id] = true
	}
	usage, err := a.Store.Usage(ctx, found.Ref, a.Policy.Limits, a.Now())
	draft.Held = a.Policy.Limits.Hold(usage)
	return draft, err
}

// read reads the resource. One that nobody knows any more is a resource of which nothing is there.
func (a *Remediations) read(ctx context.Context, found remediation.Remediation) (infra.Resource, error) {
	resource, err := a.Platform.Read(ctx, found.ResourceID)
	if fault.Is(err, fault.NotFound) {
		return infra.Resource{ID: found.ResourceID, Type: found.ResourceType, TenantID: found.TenantID}, nil
	}
	if err == nil && resource.TenantID != "" && resource.TenantID != found.TenantID {
		return resource, fault.New(fault.Conflict, "resource %s belongs to another tenant now", found.ResourceID)
	}
	if err == nil && resource.TenantID == "" {
		resource.TenantID = found.TenantID
	}
	return resource, fault.WithoutCause(err) // what a provider says may quote what it was told
}

// planner plans for a tenant by the rules in force.
func (a *Remediations) planner(ctx context.Context, tenantID string) (*remediation.Planner, error) {
	comparer, version, err := a.Rules.Current(ctx, tenantID)
	return &remediation.Planner{Comparer: comparer, DigestKey: a.DigestKey, RulesVersion: version}, err
}

package infra

import (
	"context"
	"errors"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// work is a run under way.
type work struct {
	*Reconciler
	limits Limits
	run    string
	groups [][]Action
	// actions are those of the groups by resource.
	actions map[string]Action
	// known are the resources as they were before the run.
	known map[string]Resource
	// entries are the journal's of this run that are not settled: left by a crash, or written since.
	entries map[string]Entry
	// finished are the resources that an earlier try of the run has done and settled.
	finished map[string]bool
	// restored are the versions to which an earlier try of the run brought resources back, where nobody
	// else had written them: as good as the versions that the actions were decided on.
	restored map[string]int64
	// accepted are the versions that the provider gave to this try's last writes.
	accepted map[string]int64
	number   int
	usage    usage
	result   Result
}

func (w *work) remember(entries []Entry) {
	w.entries, w.finished = make(map[string]Entry, len(entries)), map[string]bool{}
	w.restored, w.accepted = map[string]int64{}, map[string]int64{}
	for _, entry := range entries {
		w.number = max(w.number, entry.Number)
		switch entry.Status {
		case StatusBegun:
			w.entries[entry.ResourceID] = entry
		case StatusDone:
			w.finished[entry.ResourceID] = true
		default: // taken back or given up: begun anew
			w.restored[entry.ResourceID] = entry.Restored
		}
	}
}

// usage counts the resources that a run was let change.
type usage struct {
	changes   int
	perTenant map[string]int
	perType   map[string]int
}

func newUsage() usage { return usage{perTenant: map[string]int{}, perType: map[string]int{}} }

// refuse says why a group is not begun, or nothing. A group is begun whole or not at all. A group
// that is begun counts towards the caps.
func (w *work) refuse(ctx context.Context, group []Action, number, failed int) string {
	if ctx.Err() != nil {
		return "the run was cancelled before it"
	}
	if number >= groupsBeforeStop && failed*100 > w.limits.Failures*number {
		return fmt.Sprintf("the run stopped: %d of %d groups before it failed, more than %d %%", failed, number, w.limits.Failures)
	}
	tenants, types := map[string]int{}, map[string]int{}
	for _, action := range group {
		tenant, resourceType := w.owner(action)
		tenants[tenant]++
		types[resourceType]++
	}
	if w.usage.changes+len(group) > w.limits.Changes {
		return fmt.Sprintf("a run changes at most %d resources", w.limits.Changes)
	}
	for tenant, count := range tenants {
		if w.usage.perTenant[tenant]+count > w.limits.PerTenant {
			return fmt.Sprintf("a run changes at most %d resources of one tenant", w.limits.PerTenant)
		}
	}
	for resourceType, count := range types {
		if w.usage.perType[resourceType]+count > w.limits.PerType {
			return fmt.Sprintf("a run changes at most %d resources of one type", w.limits.PerType)
		}
	}
	w.usage.changes += len(group)
	for tenant, count := range tenants {
		w.usage.perTenant[tenant] += count
	}
	for resourceType, count := range types {
		w.usage.perType[resourceType] += count
	}
	return ""
}

// owner returns the tenant and type of an action's resource.
func (w *work) owner(action Action) (tenant, resourceType string) {
	if resource, known := w.known[action.ResourceID]; known {
		return resource.TenantID, resource.Type
	}
	return action.TenantID, action.ResourceType
}

func (w *work) outcome(action Action, status Status, detail string) Outcome {
	tenant, resourceType := w.owner(action)
	return Outcome{
		ResourceID: action.ResourceID, ResourceType: resourceType, TenantID: tenant,
		Type: action.Type, Status: status, Detail: detail, VersionBefore: w.known[action.ResourceID].Version,
	}
}

// refrain leaves a group alone, and takes back what an earlier try of the run that died left of it.
func (w *work) refrain(ctx context.Context, group []Action, reason string) error {
	begun := len(w.result.Outcomes)
	w.skip(group, reason)
	return w.takeBack(context.WithoutCancel(ctx), w.result.Outcomes[begun:])
}

func (w *work) skip(group []Action, reason string) {
	for _, action := range group {
		w.result.Outcomes = append(w.result.Outcomes, w.outcome(action, StatusSkipped, reason))
	}
}

// carryOut does the actions of a group in order. Where one fails, all that the run did in the group is
// taken back, even where the context has ended meanwhile: half a change is what nobody decided on. The
// first error stays the first.
func (w *work) carryOut(ctx context.Context, group []Action) error {
	begun := len(w.result.Outcomes)
	for i, action := range group {
		step := &step{work: w, action: action, outcome: w.outcome(action, StatusFailed, "")}
		err := ctx.Err()
		if err == nil {
			err = step.do(ctx)
		}
		if err == nil {
			w.result.Outcomes = append(w.result.Outcomes, step.outcome)
			continue
		}
		step.outcome.Detail = sentence(err)
		w.result.Outcomes = append(w.result.Outcomes, step.outcome)
		w.skip(group[i+1:], "an earlier step of its group failed")
		return errors.Join(err, w.takeBack(context.WithoutCancel(ctx), w.result.Outcomes[begun:]))
	}
	return w.settle(ctx, w.result.Outcomes[begun:])
}

// settle notes what a group came to, when nothing of it will be taken back any more.
func (w *work) settle(ctx context.Context, outcomes []Outcome) error {
	var problems []error
	for _, outcome := range outcomes {
		if _, kept := w.entries[outcome.ResourceID]; kept {
			delete(w.entries, outcome.ResourceID)
			problems = append(problems, w.Journal.Settle(ctx, w.run, outcome.ResourceID, outcome.Status, 0))
		}
	}
	return errors.Join(problems...)
}

// intend keeps in the journal what is about to be written.
func (w *work) intend(ctx context.Context, entry Entry) error {
	if earlier, kept := w.entries[entry.ResourceID]; kept {
		entry.Number = earlier.Number
	} else {
		w.number++
		entry.Number = w.number
	}
	entry.Run, entry.Status = w.run, StatusBegun
	if err := w.Journal.Intend(ctx, entry); err != nil {
		return err
	}
	w.entries[entry.ResourceID] = entry
	return nil
}

// sentence is what a person is told of an error: its coded part, without what lies beneath, which
// may come from outside.
func sentence(err error) string {
	var coded *fault.Error
	if errors.As(err, &coded) {
		return coded.Message
	}
	return err.Error()
}

package infra

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// takeBack undoes what the run did to the resources of a group, last first, and goes on where one
// cannot be undone. What failed to come back for a passing reason stays in the journal, so that the
// next try of the run knows of it.
func (w *work) takeBack(ctx context.Context, outcomes []Outcome) error {
	slots := make([]int, 0, len(outcomes))
	for i, outcome := range outcomes {
		if _, kept := w.entries[outcome.ResourceID]; kept {
			slots = append(slots, i)
		}
	}
	slices.SortFunc(slots, func(a, b int) int {
		return cmp.Compare(w.entries[outcomes[b].ResourceID].Number, w.entries[outcomes[a].ResourceID].Number)
	})
	var problems []error
	for _, slot := range slots {
		problems = append(problems, w.takeBackOne(ctx, &outcomes[slot]))
	}
	return errors.Join(problems...)
}

func (w *work) takeBackOne(ctx context.Context, outcome *Outcome) error {
	entry := w.entries[outcome.ResourceID]
	version, untouched, err := w.undo(ctx, entry)
	outcome.VersionAfter = version
	restored := int64(0)
	if err == nil && untouched {
		restored = version
	}
	switch {
	case err != nil && passing(err):
		outcome.Status, outcome.Detail = StatusRollbackFailed, "it could not be taken back: "+sentence(err)
		return err
	case err != nil && overwritten(outcome.Status):
		err = nil // nothing of the run is left to be taken back
	case err != nil:
		outcome.Status, outcome.Detail = StatusRollbackFailed, "it could not be taken back: "+sentence(err)
	case outcome.Status == StatusSkipped:
		outcome.Status, outcome.Detail = StatusRolledBack, "taken back: "+outcome.Detail
	case outcome.Status == StatusDone:
		outcome.Status, outcome.Detail = StatusRolledBack, "taken back, since a step of its group failed"
	}
	delete(w.entries, entry.ResourceID)
	return errors.Join(err, w.Journal.Settle(ctx, w.run, entry.ResourceID, outcome.Status, restored))
}

// overwritten reports whether a step ended because somebody else's change stands where it wrote.
func overwritten(status Status) bool { return status == StatusStale || status == StatusContested }

// abandon takes back what an earlier try of the run left, where the run can never be taken up again.
func (w *work) abandon(ctx context.Context, cause error) error {
	if passing(cause) {
		return nil
	}
	for id := range w.entries {
		w.result.Outcomes = append(w.result.Outcomes, Outcome{ResourceID: id, Status: StatusSkipped, Detail: sentence(cause)})
	}
	return w.takeBack(context.WithoutCancel(ctx), w.result.Outcomes)
}

// passing reports whether trying again later can help.
func passing(err error) bool {
	var coded *fault.Error
	return errors.As(err, &coded) && coded.Retryable
}

// undo brings a resource back to what it was before the run, and returns its version and whether
// nobody else wrote it meanwhile. It is a Conflict error where someone else has changed what the run
// changed: their change is not overwritten.
func (w *work) undo(ctx context.Context, entry Entry) (version int64, untouched bool, err error) {
	own := w.ownVersion(entry)
	untouched = true
	var inTheWay error
	for tried := 0; ; tried++ {
		current, there, err := w.read(ctx, entry.ResourceID)
		if err != nil {
			return current.Version, false, first(inTheWay, err)
		}
		if tried == 0 && current.Version != own && there && w.holds(current.Configuration(entry.Side), entry.After) {
			own = w.confirm(ctx, entry)
		}
		if err := settledSoon(current); err != nil {
			return current.Version, false, first(inTheWay, err)
		}
		untouched = untouched && current.Version == own
		back, err := w.isBack(entry, current, there)
		if back || err != nil {
			return current.Version, untouched, err
		}
		if tried == w.limits.Attempts {
			return current.Version, false, first(inTheWay, fault.New(fault.Conflict, "resource %s did not come back after %d writes that were accepted", entry.ResourceID, tried))
		}
		var written Resource
		written, inTheWay = w.restore(ctx, entry, current)
		if inTheWay != nil && !again(inTheWay) {
			return current.Version, false, inTheWay
		}
		own = written.Version
	}
}

// ownVersion is the version that a resource has if nobody but this run wrote it since.
func (w *work) ownVersion(entry Entry) int64 {
	if version, accepted := w.accepted[entry.ResourceID]; accepted {
		return version
	}
	return entry.Version
}

// confirm asks, by sending it again, for the answer to a write that was lost. The version that it was
// bound to is gone, so that this changes nothing: the service repeats its answer, which has the version
// that the write made, or refuses. It returns zero where that stays unknown.
func (w *work) confirm(ctx context.Context, entry Entry) int64 {
	action, known := w.actions[entry.ResourceID]
	if !known || entry.Type == ActionDelete || entry.Absent {
		return 0
	}
	written, err := w.update(ctx, action, entry.Version)
	if err != nil {
		return 0
	}
	return written.Version
}

// update makes the write of an action, bound to a version.
func (w *work) update(ctx context.Context, action Action, version int64) (Resource, error) {
	update := Update{ID: action.ResourceID, Version: version, Side: action.side(), Changes: action.Changes}
	return w.Provider.Update(ctx, w.writeKey(w.run, update.ID, "update", version, update), update)
}

// isBack reports whether a resource is as it was before the run.
func (w *work) isBack(entry Entry, current Resource, there bool) (bool, error) {
	configuration := current.Configuration(entry.Side)
	switch {
	case entry.Removed != nil:
		return there, nil
	case entry.Absent && !there:
		return true, nil
	case !there:
		return false, fault.New(fault.Conflict, "resource %s was deleted by someone else meanwhile", entry.ResourceID)
	case !entry.Absent && w.holds(configuration, entry.Before):
		return true, nil
	case !w.holds(configuration, entry.After):
		return false, fault.New(fault.Conflict, "resource %s was changed by someone else meanwhile and is left as it is", entry.ResourceID)
	default:
		return false, nil
	}
}

// restore makes one attempt to bring a resource back.
func (w *work) restore(ctx context.Context, entry Entry, current Resource) (Resource, error) {
	id := entry.ResourceID
	switch {
	case entry.Removed != nil:
		return w.Provider.Create(ctx, w.writeKey(w.run, id, "bring back", current.Version, entry.Removed), *entry.Removed)
	case entry.Absent:
		return w.Provider.Delete(ctx, w.writeKey(w.run, id, "remove again", current.Version, nil), id, current.Version)
	default:
		update := Update{ID: id, Version: current.Version, Side: entry.Side, Changes: entry.Before}
		return w.Provider.Update(ctx, w.writeKey(w.run, id, "undo", current.Version, update), update)
	}
}

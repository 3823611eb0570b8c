package infra

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// step is one action of a run being carried out.
type step struct {
	*work
	action  Action
	outcome Outcome
	// changedBack is how often others undid the fix in this run, and fixed how many runs before it made
	// the very same one, once that was counted.
	changedBack, fixed int
	counted            bool
	// undone is the version of the last own write that was counted as changed back.
	undone int64
}

// do carries the action out and returns nil once it is seen to be there. It fails with the error that
// was in the way first seen last: a 412 that persists, an outage, or a Conflict of its own.
func (s *step) do(ctx context.Context) error {
	if s.finished[s.action.ResourceID] {
		s.outcome.Status, s.outcome.Detail = StatusDone, "done by an earlier try of the run"
		return nil
	}
	s.changedBack = s.entries[s.action.ResourceID].ChangedBack
	var inTheWay error
	for {
		current, there, err := s.read(ctx)
		if err != nil {
			return first(inTheWay, err)
		}
		s.recall(ctx, current, there)
		settled, err := s.look(current, there)
		if settled || err != nil {
			return err
		}
		if s.outcome.Writes == s.limits.Attempts {
			return first(inTheWay, fault.New(fault.Conflict, "resource %s is not as it was to be after %d writes that were accepted", s.action.ResourceID, s.outcome.Writes))
		}
		written, err := s.write(ctx, current, there)
		switch {
		case err == nil:
			s.accepted[s.action.ResourceID], inTheWay = written.Version, nil
		case again(err):
			inTheWay = err
		default:
			return err
		}
	}
}

// first returns the first error that there is.
func first(earlier, later error) error {
	if earlier != nil {
		return earlier
	}
	return later
}

// again reports whether a write may be tried again at once: another version is there, or nobody knows
// whether the write took effect. A service that says when to come back is not asked before.
func again(err error) bool {
	var coded *fault.Error
	if !errors.As(err, &coded) {
		return false
	}
	return coded.Code == fault.PreconditionFailed || (coded.Retryable && coded.RetryAfter == 0)
}

// read returns the resource, and whether there is one; a deleted one is none.
func (r *Reconciler) read(ctx context.Context, id string) (current Resource, there bool, err error) {
	current, err = r.Provider.Read(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Resource{}, false, nil
	}
	return current, err == nil && current.State != Deleted, err
}

func (s *step) read(ctx context.Context) (current Resource, there bool, err error) {
	return s.Reconciler.read(ctx, s.action.ResourceID)
}

// recall asks what became of a write that an earlier try of the run died over, where something else is
// there now: if it took effect, somebody changed it back.
func (s *step) recall(ctx context.Context, current Resource, there bool) {
	entry, begun := s.entries[s.action.ResourceID]
	if !begun || !there || s.outcome.Writes > 0 || current.Version == entry.Version || s.holds(current.Configuration(entry.Side), entry.After) {
		return
	}
	if version := s.confirm(ctx, entry); version > 0 {
		s.accepted[s.action.ResourceID] = version
	}
}

// look decides, from what is there now, whether the step is over: done, as wanted all along, or not
// to be carried out (with an error).
func (s *step) look(current Resource, there bool) (settled bool, err error) {
	if there && !current.Readable() {
		return false, fault.New(fault.Conflict, "the provider cannot read resource %s, and what cannot be read is not changed", current.ID)
	}
	entry, begun := s.entries[s.action.ResourceID]
	switch {
	case s.action.Type == ActionDelete:
		settled = !there
	case begun:
		settled = there && s.holds(current.Configuration(entry.Side), entry.After)
	default:
		settled = there && s.asWanted(current)
	}
	if settled {
		s.outcome.Status, s.outcome.VersionAfter = StatusUnchanged, current.Version
		if begun {
			s.outcome.Status = StatusDone
		}
		return true, nil
	}
	if err := settledSoon(current); err != nil {
		return false, err
	}
	if version, accepted := s.accepted[s.action.ResourceID]; accepted && current.Version != version && s.undone != version {
		s.changedBack++
		s.undone = version
	}
	if err := s.contested(); err != nil {
		return false, err
	}
	return false, s.checkVersion(current, entry)
}

// contested refuses what was changed back too often.
func (s *step) contested() error {
	times := s.fixed + s.changedBack
	if times < s.limits.ChangedBack {
		return nil
	}
	s.outcome.Status = StatusContested
	return fault.New(fault.Conflict, "resource %s was changed back %d times; find out who or what else writes it before changing it again", s.action.ResourceID, times)
}

// intend keeps an entry in the journal, unless the same fix was made and undone too often.
func (s *step) intend(ctx context.Context, entry Entry) error {
	entry.Fingerprint, entry.ChangedBack = s.fingerprint(s.action, entry.After), s.changedBack
	if !s.counted {
		var err error
		since := s.Now().Add(-s.limits.Within)
		if s.fixed, err = s.Journal.Fixed(ctx, s.run, entry.ResourceID, entry.Fingerprint, since); err != nil {
			return err
		}
		s.counted = true
		if err := s.contested(); err != nil {
			return err
		}
	}
	return s.work.intend(ctx, entry)
}

// asWanted reports whether nothing has to be written. What counts elements of a list cannot tell,
// unless the list is the one that was counted.
func (s *step) asWanted(current Resource) bool {
	if usesIndexes(s.action.Changes) && s.action.Version != current.Version {
		return false
	}
	configuration := current.Configuration(s.action.side())
	wanted, err := Apply(configuration, s.action.Changes)
	if err != nil || (configuration == nil) != (wanted == nil) {
		return false
	}
	after, err := expected(wanted, s.action.Changes)
	return err == nil && s.holds(configuration, after)
}

// checkVersion refuses a write that was decided on another state than the one that is there. A write
// of this run that was changed back may be repeated as long as what it touches is as it was.
func (s *step) checkVersion(current Resource, entry Entry) error {
	id := s.action.ResourceID
	if s.action.Version == 0 || s.action.Version == current.Version || current.Version == s.restored[id] {
		return nil
	}
	if _, accepted := s.accepted[id]; accepted && s.holds(current.Configuration(entry.Side), entry.Before) {
		return nil
	}
	s.outcome.Status = StatusStale
	return fault.New(fault.PreconditionFailed, "resource %s has version %d, and the change was decided on version %d; decide on it anew",
		id, current.Version, s.action.Version)
}

// write keeps in the journal what is about to happen and writes, bound to the version just read.
func (s *step) write(ctx context.Context, current Resource, there bool) (Resource, error) {
	action, id := s.action, s.action.ResourceID
	entry := Entry{ResourceID: id, Type: action.Type, Side: action.side(), Version: current.Version}
	if action.Type == ActionDelete {
		entry.Removed = &current
		if err := s.intend(ctx, entry); err != nil {
			return Resource{}, err
		}
		s.outcome.Writes++
		return s.Provider.Delete(ctx, s.writeKey(s.run, id, "delete", current.Version, nil), id, current.Version)
	}
	configuration := current.Configuration(entry.Side)
	if err := s.checkPresence(configuration, there); err != nil {
		return Resource{}, err
	}
	wanted, err := Apply(configuration, action.Changes)
	if err != nil {
		return Resource{}, err
	}
	if entry.After, err = expected(wanted, action.Changes); err != nil {
		return Resource{}, err
	}
	if entry.Before, err = restoration(configuration, action.Changes); err != nil {
		return Resource{}, err
	}
	entry.Absent = !there
	if err := s.intend(ctx, entry); err != nil {
		return Resource{}, err
	}
	s.outcome.Writes++
	if !there {
		return s.create(ctx, current, wanted)
	}
	return s.update(ctx, action, current.Version)
}

// checkPresence refuses to update what is missing and to make what is there.
func (s *step) checkPresence(configuration json.RawMessage, there bool) error {
	id := s.action.ResourceID
	_, accepted := s.accepted[id]
	switch {
	case s.action.Type == ActionUpdate && !there:
		return fault.New(fault.NotFound, "there is no resource %s to be updated", id)
	case s.action.Type == ActionUpdate && configuration == nil && s.action.side() == SideActual:
		return fault.New(fault.Conflict, "resource %s is not running, so it cannot be updated; it has to be created", id)
	case s.action.Type == ActionCreate && configuration != nil && !accepted:
		return fault.New(fault.Conflict, "resource %s is there already, with another configuration than the one to be created", id)
	default:
		return nil
	}
}

// create makes a resource that the service does not know or that was deleted.
func (s *step) create(ctx context.Context, earlier Resource, configuration json.RawMessage) (Resource, error) {
	made := Resource{ID: s.action.ResourceID, Type: s.action.ResourceType, TenantID: s.action.TenantID}
	if made.Type == "" {
		made.Type, made.TenantID = earlier.Type, earlier.TenantID
	}
	made = made.With(s.action.side(), configuration)
	return s.Provider.Create(ctx, s.writeKey(s.run, made.ID, "create", earlier.Version, made), made)
}

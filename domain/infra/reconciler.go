package infra

import (
	"context"
	"errors"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Reconciler carries actions out: dependencies first where something is made or changed, dependents
// first where something is deleted. Before each write it reads the resource again and binds the write
// to the version that it read; afterwards it reads once more to see that the change is there. Where a
// step fails, what was done before it in its group (the resources that hang together) is taken back,
// last first.
//
// It holds no retry loop against time: a step makes at most Limits.Attempts writes, at once, and what
// is still in the way is reported, for Temporal to try again later. A run that is taken up again
// under the same name goes on where it was.
type Reconciler struct {
	Provider Provider
	Journal  Journal
	Limits   Limits
	// Key keys what stands for values outside the journal: fingerprints of fixes and idempotency keys, from
	// which a short secret could be guessed otherwise.
	Key []byte
	// Alike reports whether a value that is written otherwise than wanted means the same to the
	// provider, such as "8080" and 8080; nil means that only equal JSON does.
	Alike func(path string, wanted, found []byte) bool
	Now   func() time.Time
}

// Limits bound a run. Zero values mean the defaults.
type Limits struct {
	// Attempts is how many writes one step may make; 3 by default.
	Attempts int
	// Changes, PerTenant and PerType are how many resources a run may change, in all, of one tenant
	// and of one type; 100, 100 and 50 by default. What goes beyond is not begun.
	Changes, PerTenant, PerType int
	// Failures is the share of groups, in percent, beyond which a run stops before the next one; 20
	// by default. It is looked at from the fifth group on.
	Failures int
	// ChangedBack is how often a resource may be changed back before it is left alone: 3 by default.
	// Within is how far back that counts; 30 days by default.
	ChangedBack int
	Within      time.Duration
	// Survey is how many resources may be read to find out what depends on what; 5,000 by default.
	Survey int
}

// groupsBeforeStop is how many groups a share of failures must come from to mean anything.
const groupsBeforeStop = 5

func (l Limits) withDefaults() Limits {
	orElse := func(value *int, standard int) {
		if *value <= 0 {
			*value = standard
		}
	}
	orElse(&l.Attempts, 3)
	orElse(&l.Changes, 100)
	orElse(&l.PerTenant, 100)
	orElse(&l.PerType, 50)
	orElse(&l.Failures, 20)
	orElse(&l.ChangedBack, 3)
	orElse(&l.Survey, 5000)
	if l.Within <= 0 {
		l.Within = 30 * 24 * time.Hour
	}
	return l
}

// Run names what is to be done.
type Run struct {
	// ID makes the run's writes repeatable: the same id is the same run, taken up again.
	ID      string
	Actions []Action
}

// Reconcile carries a run out and says what became of each action, in the order of execution. The
// error is nil where all are done; else it holds the first failure of each group, and what could not
// be taken back after it. The result is whole in either case.
func (r *Reconciler) Reconcile(ctx context.Context, run Run) (Result, error) {
	work, err := r.prepare(ctx, run)
	if err != nil {
		return Result{}, err
	}
	var failures []error
	failed := 0
	for number, group := range work.groups {
		if reason := work.refuse(ctx, group, number, failed); reason != "" {
			failures = append(failures, work.refrain(ctx, group, reason))
			continue
		}
		if err := work.carryOut(ctx, group); err != nil {
			failed++
			failures = append(failures, err)
		}
	}
	if err := ctx.Err(); err != nil {
		failures = append(failures, err)
	}
	return work.result, errors.Join(failures...)
}

// prepare checks the actions, reads what they are about and puts them in order.
func (r *Reconciler) prepare(ctx context.Context, run Run) (*work, error) {
	if run.ID == "" {
		return nil, fault.New(fault.Internal, "a run of the reconciler needs an id")
	}
	w := &work{Reconciler: r, limits: r.Limits.withDefaults(), run: run.ID, usage: newUsage(), actions: make(map[string]Action, len(run.Actions))}
	for _, action := range run.Actions {
		if err := action.Check(); err != nil {
			return nil, err
		}
		if _, twice := w.actions[action.ResourceID]; twice {
			return nil, fault.Invalid("/actions", "resource %s has two actions in one run; make them one", action.ResourceID)
		}
		w.actions[action.ResourceID] = action
	}
	entries, err := r.Journal.Entries(ctx, run.ID)
	if err != nil {
		return nil, err
	}
	w.remember(entries)
	survey, err := r.survey(ctx, run.Actions, w.limits.Survey)
	if err == nil {
		w.known = survey.resources
		w.groups, err = survey.plan(w.actions)
	}
	if err != nil {
		return nil, errors.Join(err, w.abandon(ctx, err))
	}
	return w, nil
}

package activities

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

const (
	// downAfter is for how many tenants in a row a service must fail to be taken for down, rather than for
	// failing with those tenants.
	downAfter = 10
	// mostPutOff bounds how many tenants wait to be tried again, mostRounds how often they are.
	mostPutOff, mostRounds = 100, 4
)

// tenantWork deals with one tenant; it returns what it could not deal with, or why it could do nothing.
type tenantWork func(step *TrainingStep, tenantID string) ([]foresight.Failure, error)

// overTenants works through tenants in byte order until there are no more or its part is done. A tenant
// that fails is named; one for which a service does not answer is put off until after the others, so that
// it does not stop them, and named when that did not help. A service that answers for nobody ends the
// attempt, and the next one goes on with the first of those.
func (a *Training) overTenants(ctx context.Context, run TrainingRun, work tenantWork) (TrainingStep, error) {
	step := resumed(ctx, run)
	step.More = false
	tenants, err := a.Trainer.Tenants.Tenants(ctx)
	if err != nil {
		return step, ApplicationError(err)
	}
	ids := tenancy.SortedIDs(tenants)
	step.Total = len(ids)
	from, found := slices.BinarySearch(ids, step.Last.TenantID)
	if found {
		from++
	}
	report, stop := reporting(ctx, step)
	defer stop()
	began, answered, inARow := a.Now(), step, 0
	for _, id := range ids[from:] {
		err := step.tenant(ctx, id, work)
		if ctx.Err() != nil {
			return step, ApplicationError(ctx.Err())
		}
		step.Last.TenantID = id
		if err == nil {
			answered, inARow = step, 0
			answered.PutOff = slices.Clone(step.PutOff)
		} else if inARow++; inARow >= downAfter {
			return answered, ApplicationError(err)
		}
		report(answered)
		if a.Now().Sub(began) >= trainingPart {
			step.More = true
			break
		}
	}
	err = step.again(ctx, work, report)
	return step, err
}

// tenant deals with one tenant, or puts it off; the error is of a service that did not answer.
func (s *TrainingStep) tenant(ctx context.Context, id string, work tenantWork) error {
	failed, err := work(s, id)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if isOutage(err) && s.Rounds < mostRounds && len(s.PutOff) < mostPutOff {
		s.PutOff = append(s.PutOff, id)
		return err
	}
	if err != nil {
		failed = append(failed, foresight.FailureOf(id, err))
	}
	s.fail(ctx, failed)
	s.Done++
	return nil
}

// again tries the tenants that were put off once more. Those that fail again end the attempt, which Temporal
// repeats after a while, until they are named.
func (s *TrainingStep) again(ctx context.Context, work tenantWork, report func(TrainingStep)) error {
	waiting := s.PutOff
	s.PutOff = nil
	var last error
	for i, id := range waiting {
		err := s.tenant(ctx, id, work)
		if ctx.Err() != nil {
			s.PutOff = append(s.PutOff, waiting[i:]...)
			report(*s)
			return ApplicationError(err)
		}
		if err != nil {
			last = err
		}
	}
	if last != nil {
		s.Rounds++
	} else {
		s.Rounds = 0
	}
	report(*s)
	return ApplicationError(last)
}

// isOutage reports whether an error says that a service does not answer just now.
func isOutage(err error) bool {
	return fault.Is(err, fault.Unavailable) || fault.Is(err, fault.RateLimited)
}

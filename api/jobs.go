package api

import (
	"context"
	"regexp"
	"strconv"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/workflows"
)

var closeID = regexp.MustCompile(`^period-(close|restatement):([A-Za-z0-9._-]{1,128}):([0-9]{4}-[0-9]{2}):([1-9][0-9]{0,8})$`)

// GetJob shows a workflow. A close is shown from its period's row where Temporal has forgotten it.
func (s *server) GetJob(ctx context.Context, request GetJobRequestObject) (GetJobResponseObject, error) {
	job, err := s.job(ctx, request.WorkflowID)
	if err != nil {
		return nil, err
	}
	return GetJob200JSONResponse(job), nil
}

// CancelJob asks a workflow to stop. What becomes of it shows later, in the job itself.
func (s *server) CancelJob(ctx context.Context, request CancelJobRequestObject) (CancelJobResponseObject, error) {
	id := request.WorkflowID
	if ref, isClose := closeOf(id); isClose {
		if err := s.checkCancellable(ctx, ref); err != nil {
			return nil, err
		}
	}
	if err := s.Workflows.Cancel(ctx, id); err != nil {
		if !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if _, err := s.job(ctx, id); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Conflict, "%s has ended already", id)
	}
	job, err := s.job(ctx, id)
	if err != nil {
		return nil, err
	}
	return CancelJob202JSONResponse{Body: job, Headers: CancelJob202ResponseHeaders{Location: jobPath(id)}}, nil
}

// checkCancellable keeps to the rule that approval is the point of no return.
func (s *server) checkCancellable(ctx context.Context, ref closing.AttemptRef) error {
	status, err := s.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return err
	}
	switch ref = numbered(ref, status); {
	case ref.Attempt > status.Attempt:
		return unknownJob(ref.WorkflowID())
	case ref.Attempt < status.Attempt || !status.State.Running():
		return fault.New(fault.Conflict, "%s has ended already; %s is %s", ref.WorkflowID(), ref.Period, status.State)
	case status.State == closing.StatePublishing:
		return fault.New(fault.Conflict, "%s is approved and being published; what is approved cannot be cancelled", ref.Period)
	default:
		return nil
	}
}

func (s *server) job(ctx context.Context, id string) (Job, error) {
	job := Job{WorkflowID: id, Links: JobLinks{Self: jobPath(id), TemporalUI: s.workflowLink(id)}}
	ref, isClose := closeOf(id)
	var status closing.Status
	var err error
	if isClose {
		if status, err = s.Periods.Period(ctx, ref.Book, ref.Period); err != nil {
			return Job{}, unknownJobOr(err, id)
		}
		if ref = numbered(ref, status); ref.Attempt > status.Attempt {
			return Job{}, unknownJob(id)
		}
		job.Links.Period = periodPath(ref.Book, ref.Period)
	}
	run, err := s.Workflows.Describe(ctx, id)
	if err != nil && (!isClose || !fault.Is(err, fault.NotFound)) {
		return Job{}, unknownJobOr(err, id)
	}
	if err == nil {
		job.Type, job.State, job.StartedAt, job.ClosedAt = run.Type, run.State, run.StartedAt, run.ClosedAt
		job.Progress, job.Result, job.Error = run.Progress, run.Result, run.Error
	}
	if isClose {
		fillFromRow(&job, ref, status, err != nil)
	}
	return job, nil
}

// fillFromRow adds what PostgreSQL knows better than Temporal, or alone.
func fillFromRow(job *Job, ref closing.AttemptRef, status closing.Status, forgotten bool) {
	current := ref.Attempt == status.Attempt
	if current && status.Step != "" {
		job.Progress = &Progress{Step: status.Step, Done: status.StepDone, Total: status.StepTotal}
	}
	if !forgotten {
		return
	}
	job.Type = workflows.TypeOf(ref)
	switch {
	case current && status.State.Running():
		job.State = Running
	case current && status.State == closing.StateFailed:
		job.State = Failed
		job.Error = &JobError{Code: status.FailureCode, Detail: status.Reason}
	default:
		job.State = Completed
	}
}

func closeOf(id string) (closing.AttemptRef, bool) {
	parts := closeID.FindStringSubmatch(id)
	if parts == nil {
		return closing.AttemptRef{}, false
	}
	month, err := period.Parse(parts[3])
	if err != nil {
		return closing.AttemptRef{}, false
	}
	ref := closing.AttemptRef{Book: parts[2], Period: month}
	number := &ref.Attempt
	if parts[1] == "restatement" {
		number = &ref.Restates
	}
	*number, err = strconv.Atoi(parts[4])
	return ref, err == nil
}

// numbered adds to a restatement, whose id names a revision, the number of its attempt: the current
// one's where it is that, one before for an earlier revision, one that is not there yet for another.
func numbered(ref closing.AttemptRef, status closing.Status) closing.AttemptRef {
	switch {
	case ref.Restates == 0:
	case ref.Restates == status.Restates:
		ref.Attempt = status.Attempt
	case ref.Restates <= status.Revision && ref.Restates > 1:
		ref.Attempt = status.Attempt - 1
	default:
		ref.Attempt = status.Attempt + 1
	}
	return ref
}

func unknownJobOr(err error, id string) error {
	if err == nil || fault.Is(err, fault.NotFound) {
		return unknownJob(id)
	}
	return err
}

func unknownJob(id string) error { return fault.New(fault.NotFound, "there is no job %.200s", id) }

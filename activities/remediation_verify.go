package activities

import (
	"context"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// left lists the drifts of the plan that are still there.
func (a *Remediations) left(ctx context.Context, found remediation.Remediation) ([]drift.Record, error) {
	resource, err := a.read(ctx, found)
	if err != nil {
		return nil, err
	}
	planner, err := a.planner(ctx, found.TenantID)
	if err != nil {
		return nil, err
	}
	if !resource.Readable() {
		return nil, remediation.Unreadable(resource, planner.Comparer)
	}
	records, err := planner.Comparer.ScanResource(resource)
	if err != nil {
		return nil, err
	}
	planned := map[string]bool{}
	for _, change := range found.Plan.Changes {
		planned[change.DriftID] = true
	}
	var left []drift.Record
	for _, record := range records {
		if named := driftwatch.NewFinding(record).Record; planned[named.ID] {
			left = append(left, named)
		}
	}
	return left, nil
}

// shownWithin is how long a platform may take to show what was written. What is not there by then was
// undone, or never took effect.
const shownWithin = 15 * time.Minute

// VerifyRemediation looks whether what was planned is there. It is an Unavailable error while it is not,
// and a final Conflict once that has lasted fifteen minutes. What was verified is no open drift any more;
// whether other drift is left is found by planning again.
func (a *Remediations) VerifyRemediation(ctx context.Context, ref remediation.Ref) (RemediationStanding, error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	standing, err := a.verify(ctx, ref)
	return standing, ApplicationError(err)
}

func (a *Remediations) verify(ctx context.Context, ref remediation.Ref) (RemediationStanding, error) {
	found, err := a.Store.Remediation(ctx, ref.TenantID, ref.ID)
	if err != nil {
		return RemediationStanding{}, err
	}
	if found.State != remediation.Verifying {
		return a.standing(found), nil // repeated after its own commit
	}
	left, err := a.left(ctx, found)
	if err != nil {
		return RemediationStanding{}, err
	}
	if len(left) > 0 {
		code, since := fault.Unavailable, a.Now().Sub(found.UpdatedAt)
		if since >= shownWithin {
			code = fault.Conflict
		}
		return RemediationStanding{}, fault.New(code, "%d of the differences that were written are still there after %s, the first at %s",
			len(left), since.Round(time.Second), left[0].ConfigPath)
	}
	if err := a.Store.Move(ctx, ref, remediation.Planning, ""); err != nil {
		return RemediationStanding{}, err
	}
	found.State = remediation.Planning
	return a.standing(found), nil
}

// VerifyRemediation calls the activity of that name.
func VerifyRemediation(ctx workflow.Context, ref remediation.Ref) (RemediationStanding, error) {
	return execute[RemediationStanding](ctx, remediations.VerifyRemediation, "looks whether the change is there", ref)
}

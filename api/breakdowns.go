package api

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// longestTenantRange bounds the months that a tenant has broken down in one request: each is
// allocated anew from all of its charges, whoever they are of.
const longestTenantRange = 12

// trialRoles may try other rules on a published month. The result rests on what every tenant used.
var trialRoles = []approval.Role{approval.RoleOperator, approval.RoleFinanceApprover, approval.RoleAuditor}

// breakdowns holds the tenants for whom months are being allocated anew: one request each at a time.
// The zero value is ready; it is safe for concurrent use.
type breakdowns struct {
	mutex sync.Mutex
	busy  map[string]bool
}

// begin takes a tenant's turn and returns what gives it back, or a RateLimited error.
func (b *breakdowns) begin(tenantID string) (end func(), err error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.busy[tenantID] {
		refusal := fault.New(fault.RateLimited, "costs of this tenant are being broken down already; wait for that answer")
		refusal.RetryAfter = time.Second
		return nil, refusal
	}
	if b.busy == nil {
		b.busy = make(map[string]bool)
	}
	b.busy[tenantID] = true
	return func() {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		delete(b.busy, tenantID)
	}, nil
}

// beginBreakdown checks who may ask for what is allocated anew, and how much of it at once.
func (s *server) beginBreakdown(ctx context.Context, tenantID string, asked GetTenantAllocationsParams, months int) (end func(), err error) {
	actor := actorOf(ctx)
	if asked.Rules != "" && !slices.ContainsFunc(trialRoles, actor.Has) {
		return nil, fault.New(fault.Forbidden, "other rules are tried by operators, finance approvers and auditors; leave rules out")
	}
	if !asked.anew() || !actor.Has(approval.RoleTenant) {
		return func() {}, nil
	}
	if months > longestTenantRange {
		return nil, fault.Invalid(parameterPrefix+"query to", "a breakdown covers at most %d months; ask for several", longestTenantRange)
	}
	return s.breakdowns.begin(tenantID)
}

// anew reports whether published amounts do not answer the request.
func (p GetTenantAllocationsParams) anew() bool {
	return p.Rules != "" || (p.By != "" && p.By != allocation.ByCategory)
}

// withoutNames keeps from a tenant what an error says about pools, rules and tenants of others; the
// log has all of it. Errors that the tenant can act on, such as an unavailable service, stay.
func withoutNames(ctx context.Context, err error) error {
	var coded *fault.Error
	if err == nil || !actorOf(ctx).Has(approval.RoleTenant) || (errors.As(err, &coded) && coded.Retryable) || ctx.Err() != nil {
		return err
	}
	return fault.Wrap(err, fault.Internal, "the costs of this month cannot be broken down; ask the operator, who finds the reason in the log")
}

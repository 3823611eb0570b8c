package api

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// resultQuery is which cells of a month someone asks for.
type resultQuery struct {
	book     string
	month    period.Period
	revision int
	deltas   bool
	pool     string
	account  string
	// transfers keeps what pools pass on to others, which nobody bears there.
	transfers bool
}

// resultFilter finds the result that a caller may see: the revision asked for, else the latest, and
// before there is one the result that awaits approval. Where a restatement awaits approval, the
// revision that it would make can be asked for. visible is false where there is none.
// Tenants see published revisions and of those their own cells; asking for another account finds
// what asking for one that does not exist finds.
func (s *server) resultFilter(ctx context.Context, query resultQuery) (filter ledger.Filter, visible bool, err error) {
	status, err := s.Periods.Period(ctx, query.book, query.month)
	if err != nil {
		return ledger.Filter{}, false, err
	}
	filter = ledger.Filter{
		Book: query.book, Period: query.month, Revision: query.revision, Deltas: query.deltas,
		Pool: query.pool, Account: query.account, WithoutTransfers: !query.transfers,
	}
	tenant := actorOf(ctx).Has(approval.RoleTenant)
	if query.revision > 0 && query.revision == status.Restates && status.State == closing.StateAwaitingApproval && !tenant {
		return pending(filter, status), true, nil
	}
	if query.revision > status.Revision {
		return filter, false, fault.New(fault.NotFound, "%s of book %s has no revision %d", query.month, query.book, query.revision)
	}
	if filter.Revision == 0 {
		filter.Revision = status.Revision
	}
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) {
		own := filter.Account == "" || filter.Account == actor.TenantID
		filter.Account = actor.TenantID
		return filter, own && filter.Revision > 0, nil
	}
	if filter.Revision == 0 {
		// An attempt that has no hash yet is still being written: nobody may take it for a result.
		filter.Attempt = status.Attempt
		return filter, status.ResultHash != "", nil
	}
	return filter, true, nil
}

// pending turns a filter for the revision that a restatement would make into one for what its attempt
// stored, on top of the revision that there is.
func pending(filter ledger.Filter, status closing.Status) ledger.Filter {
	filter.Attempt, filter.Revision = status.Attempt, status.Revision
	if filter.Deltas {
		filter.Revision = 0
	}
	return filter
}

// readLedger gives read the ledger as the caller may see it: for a tenant PostgreSQL itself hides
// what belongs to others.
func (s *server) readLedger(ctx context.Context, read func(ledger.Store) error) error {
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) {
		return s.LedgerOf(ctx, actor.TenantID, read)
	}
	return read(s.Ledger)
}

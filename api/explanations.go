package api

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// ExplainAllocations says how the cells of a tenant or account came about. A tenant that asks for
// another's finds what asking for one that does not exist finds.
func (s *server) ExplainAllocations(ctx context.Context, request ExplainAllocationsRequestObject) (ExplainAllocationsResponseObject, error) {
	filter, visible, err := s.resultFilter(ctx, resultQuery{
		book: request.Book, month: request.Period, revision: request.Params.Revision,
		pool: request.Params.Pool, account: request.TenantID,
	})
	if err != nil {
		return nil, err
	}
	var cells []ledger.Cell
	if visible {
		err = s.readLedger(ctx, func(store ledger.Store) error {
			cells, err = store.Cells(ctx, filter, ledger.Position{}, tenantCells)
			return err
		})
	}
	if err != nil {
		return nil, err
	}
	if len(cells) == 0 {
		return nil, fault.New(fault.NotFound, "there are no such cells")
	}
	whole := filter
	whole.Account, whole.Pool, whole.WithoutTransfers = "", "", false
	result, err := s.storedResult(ctx, closing.AttemptRef{Book: request.Book, Period: request.Period, Attempt: cells[0].Attempt}, whole)
	if err != nil {
		return nil, err
	}
	explained := result.Explain(request.TenantID, request.Params.Pool)
	explained = append(explained, explainedVariances(cells)...)
	if err := addUp(explained, cells); err != nil {
		return nil, err
	}
	return ExplainAllocations200JSONResponse{
		Book: request.Book, Period: request.Period, Revision: cells[0].Revision, TenantID: request.TenantID,
		Algorithm: result.Version, Cells: explained,
	}, nil
}

// explainedVariances explains what the reconciliation added to the result of the engine.
func explainedVariances(cells []ledger.Cell) []allocation.CellExplanation {
	var explained []allocation.CellExplanation
	for _, cell := range cells {
		if cell.Pool == allocation.PoolVariance {
			explained = append(explained, allocation.ExplainVariance(cell.Stage, cell.Account, cell.Currency, cell.Amount))
		}
	}
	return explained
}

// addUp compares explanations with what is stored, pool by pool. A difference means that inputs or
// cells are no longer what they were when the result was approved.
func addUp(explained []allocation.CellExplanation, cells []ledger.Cell) error {
	type key struct{ pool, currency string }
	differences := make(map[key]decimal.Decimal)
	for _, cell := range cells {
		at := key{cell.Pool, cell.Currency}
		differences[at] = differences[at].Add(cell.Amount)
	}
	for _, cell := range explained {
		at := key{cell.Pool, cell.Currency}
		differences[at] = differences[at].Sub(cell.Amount)
	}
	for at, difference := range differences {
		if !difference.IsZero() {
			return fault.New(fault.Tampered, "what was frozen no longer gives the stored cell of pool %s: it differs by %s %s; have the ledger verified",
				at.pool, difference, at.currency)
		}
	}
	return nil
}

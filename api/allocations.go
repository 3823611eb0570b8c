package api

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/ledger"
)

// ListAllocations lists the cells of a result.
func (s *server) ListAllocations(ctx context.Context, request ListAllocationsRequestObject) (ListAllocationsResponseObject, error) {
	filter, visible, err := s.resultFilter(ctx, resultQuery{
		book: request.Book, month: request.Period, revision: request.Params.Revision, deltas: request.Params.Deltas,
		pool: request.Params.Pool, account: request.Params.Tenant,
	})
	if err != nil {
		return nil, err
	}
	page := ListAllocations200JSONResponse{Items: []Cell{}}
	if !visible {
		return page, nil
	}
	listing := fmt.Sprintf("cells %q", []any{
		filter.Book, filter.Period.String(), filter.Attempt, filter.Revision, filter.Deltas, filter.Pool, filter.Account,
	})
	var after ledger.Position
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	limit := limitOr(request.Params.Limit)
	var cells []ledger.Cell
	err = s.readLedger(ctx, func(store ledger.Store) error {
		cells, err = store.Cells(ctx, filter, after, limit+1)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(cells) > limit {
		cells = cells[:limit]
		if page.NextCursor, err = encodeCursor(listing, positionOf(cells[limit-1])); err != nil {
			return nil, err
		}
	}
	for _, cell := range cells {
		page.Items = append(page.Items, cellView(cell))
	}
	return page, nil
}

func positionOf(cell ledger.Cell) ledger.Position {
	return ledger.Position{Stage: cell.Stage, Pool: cell.Pool, Currency: cell.Currency, Account: cell.Account}
}

func cellView(cell ledger.Cell) Cell {
	return Cell{
		Book:     cell.Book,
		Period:   cell.Period,
		Attempt:  cell.Attempt,
		Revision: cell.Revision,
		Stage:    cell.Stage,
		PoolID:   cell.Pool,
		TenantID: cell.Account,
		Currency: cell.Currency,
		Amount:   cell.Amount,
	}
}

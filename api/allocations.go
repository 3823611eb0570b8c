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
		pool: request.Params.Pool, account: request.Params.Tenant, transfers: request.Params.Transfers,
	})
	if err != nil {
		return nil, err
	}
	page := ListAllocations200JSONResponse{Items: []Cell{}}
	if !visible {
		return page, nil
	}
	listing := cellListing(filter)
	var after ledger.Position
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	limit := limitOr(request.Params.Limit)
	if currency := request.Params.Currency; currency != "" {
		return s.listConverted(ctx, filter, after, limit, currency)
	}
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

// listConverted lists cells with what they come to in another currency.
func (s *server) listConverted(ctx context.Context, filter ledger.Filter, after ledger.Position, limit int, currency string) (ListAllocationsResponseObject, error) {
	page := ListAllocations200JSONResponse{Items: []Cell{}}
	converted, err := s.convert(ctx, filter, currency)
	if err != nil {
		return nil, err
	}
	for cell, err := range converted.cells(ctx, s.Ledger, filter, after) {
		if err != nil {
			return nil, err
		}
		if len(page.Items) == limit {
			page.NextCursor, err = encodeCursor(cellListing(filter), after)
			return page, err
		}
		page.Items = append(page.Items, convertedView(cell))
		after = positionOf(cell.Cell)
	}
	return page, nil
}

// cellListing binds a cursor to what it pages through. The currency does not change the order.
func cellListing(filter ledger.Filter) string {
	return fmt.Sprintf("cells %q", []any{
		filter.Book, filter.Period.String(), filter.Attempt, filter.Revision, filter.Deltas, filter.Pool, filter.Account, filter.WithoutTransfers,
	})
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

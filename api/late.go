package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// ListLateDeliveries lists what came for a month after it was frozen.
func (s *server) ListLateDeliveries(ctx context.Context, request ListLateDeliveriesRequestObject) (ListLateDeliveriesResponseObject, error) {
	book, err := s.Periods.Book(ctx, request.Book)
	if err != nil {
		return nil, err
	}
	asked := request.Params
	listing := fmt.Sprintf("late %q %s %q %t", request.Book, request.Period, asked.Kind, asked.Waiting)
	limit := limitOr(asked.Limit)
	query := intake.LateQuery{Book: book, Month: request.Period, Kind: asked.Kind, Waiting: asked.Waiting, Limit: limit + 1}
	if err := decodeCursor(asked.Cursor, listing, &query.After); err != nil {
		return nil, err
	}
	late, err := s.Late.LateDeliveries(ctx, query)
	if err != nil {
		return nil, err
	}
	page := ListLateDeliveries200JSONResponse{Items: []LateDelivery{}}
	if len(late) > limit {
		late = late[:limit]
		if page.NextCursor, err = encodeCursor(listing, late[limit-1].ID); err != nil {
			return nil, err
		}
	}
	for _, delivery := range late {
		page.Items = append(page.Items, lateView(delivery))
	}
	return page, nil
}

func lateView(late intake.LateDelivery) LateDelivery {
	view := LateDelivery{
		Kind: late.Kind, BillingAccountID: late.Scope, BillingPeriod: late.Period, ContentHash: late.ContentHash, Rows: late.Rows,
		Source: string(late.Source), Name: late.Name, Appended: late.Appended, DeliveredAt: late.DeliveredAt.UTC(), Waiting: late.Waiting(),
	}
	for _, currency := range slices.Sorted(maps.Keys(late.Sums)) {
		sum := LateSum{Currency: currency, Billed: late.Sums[currency].Billed}
		if late.Kind == intake.KindCharges {
			effective := late.Sums[currency].Effective
			sum.Effective = &effective
		}
		view.Sums = append(view.Sums, sum)
	}
	if !view.Waiting {
		view.TakenBy, view.TakenRevision = late.TakenBy.WorkflowID(), late.TakenRevision
	}
	return view
}

// mostLateCounted bounds what the view of a month counts; the list itself has no bound.
const mostLateCounted = 10_000

// lateWaiting counts what came late for a month and waits, by kind.
func (s *server) lateWaiting(ctx context.Context, status closing.Status) (map[string]int, error) {
	if status.Attempt == 0 {
		return nil, nil
	}
	book, err := s.Periods.Book(ctx, status.Book)
	if err != nil {
		return nil, err
	}
	late, err := s.Late.LateDeliveries(ctx, intake.LateQuery{Book: book, Month: status.Period, Waiting: true, Limit: mostLateCounted})
	if err != nil || len(late) == 0 {
		return nil, err
	}
	counts := map[string]int{}
	for _, delivery := range late {
		counts[string(delivery.Kind)]++
	}
	return counts, nil
}

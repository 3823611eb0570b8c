package api

import (
	"context"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/period"
)

// ListPeriods lists the months of a book, newest first.
func (s *server) ListPeriods(ctx context.Context, request ListPeriodsRequestObject) (ListPeriodsResponseObject, error) {
	listing := "periods of " + request.Book
	var before period.Period
	if err := decodeCursor(request.Params.Cursor, listing, &before); err != nil {
		return nil, err
	}
	limit := limitOr(request.Params.Limit)
	statuses, err := s.Periods.Periods(ctx, request.Book, before, limit+1)
	if err != nil {
		return nil, err
	}
	page := ListPeriods200JSONResponse{Items: []PeriodStatus{}}
	if len(statuses) > limit {
		statuses = statuses[:limit]
		if page.NextCursor, err = encodeCursor(listing, statuses[limit-1].Period); err != nil {
			return nil, err
		}
	}
	for _, status := range statuses {
		page.Items = append(page.Items, s.periodView(status))
	}
	return page, nil
}

// GetPeriod shows a month. Its entity tag is the result hash that a decision has to name.
func (s *server) GetPeriod(ctx context.Context, request GetPeriodRequestObject) (GetPeriodResponseObject, error) {
	status, err := s.Periods.Period(ctx, request.Book, request.Period)
	if err == nil {
		err = s.checkExists(ctx, status)
	}
	if err != nil {
		return nil, err
	}
	view := s.periodView(status)
	if view.LateWaiting, err = s.lateWaiting(ctx, status); err != nil {
		return nil, err
	}
	if currency := request.Params.Currency; currency != "" {
		if view.Conversion, err = s.periodConversion(ctx, status, currency); err != nil {
			return nil, err
		}
	}
	return GetPeriod200JSONResponse{
		Body:    view,
		Headers: GetPeriod200ResponseHeaders{ETag: tag(status)},
	}, nil
}

// periodConversion shows what a month's result comes to in another currency, or nothing before there
// is one.
func (s *server) periodConversion(ctx context.Context, status closing.Status, currency string) (*Conversion, error) {
	filter, visible, err := s.resultFilter(ctx, resultQuery{book: status.Book, month: status.Period})
	if err != nil || !visible {
		return nil, err
	}
	converted, err := s.convert(ctx, filter, currency)
	if err != nil {
		return nil, err
	}
	return converted.view(), nil
}

// ClosePeriod commits the attempt first and starts its workflow then. Where the start fails, or
// this process dies in between, the row still promises the attempt, and the same request again
// starts its workflow: never a second one, since the row names it.
func (s *server) ClosePeriod(ctx context.Context, request ClosePeriodRequestObject) (ClosePeriodResponseObject, error) {
	status, _, err := s.Periods.OpenAttempt(ctx, closing.OpenRequest{
		Book:          request.Book,
		Period:        request.Period,
		RequestedBy:   actorOf(ctx).Subject,
		CorrelationID: correlation.ID(ctx),
		Now:           instant.Now(),
	})
	if err != nil {
		return nil, err
	}
	location := periodPath(request.Book, request.Period)
	if !status.State.Running() {
		return ClosePeriod200JSONResponse{
			Body: s.periodView(status), Headers: ClosePeriod200ResponseHeaders{Location: location},
		}, nil
	}
	if err := s.Workflows.EnsureClose(ctx, status.Ref()); err != nil {
		return nil, err
	}
	return ClosePeriod202JSONResponse{
		Body: s.periodView(status), Headers: ClosePeriod202ResponseHeaders{Location: location},
	}, nil
}

// checkExists returns a NotFound error for a month that nobody has worked on and that the list of
// periods does not hold either: one that has not begun, or lies before the book and has no charges.
func (s *server) checkExists(ctx context.Context, status closing.Status) error {
	if status.Attempt > 0 {
		return nil
	}
	listed, err := s.Periods.Periods(ctx, status.Book, status.Period.Next(), 1)
	if err != nil {
		return err
	}
	if len(listed) == 0 || listed[0].Period != status.Period {
		return fault.New(fault.NotFound, "book %s has no period %s: it has not begun, or lies before the book's first period and has no charges; GET %s lists those there are",
			status.Book, status.Period, "/v1/books/"+url.PathEscape(status.Book)+"/periods")
	}
	return nil
}

// tag returns the entity tag of a month, or nil where there is no result that counts.
func tag(status closing.Status) *string {
	if status.ResultHash == "" || status.State == closing.StateOpen {
		return nil
	}
	text := quoted(status.ResultHash)
	return &text
}

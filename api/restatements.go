package api

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// RestatePeriod commits the attempt first and starts its workflow then, as ClosePeriod does.
func (s *server) RestatePeriod(ctx context.Context, request RestatePeriodRequestObject) (RestatePeriodResponseObject, error) {
	status, _, err := s.Periods.OpenRestatement(ctx, closing.OpenRequest{
		Book:          request.Book,
		Period:        request.Period,
		RequestedBy:   actorOf(ctx).Subject,
		CorrelationID: correlation.ID(ctx),
		Now:           instant.Now(),
	}, *request.Body)
	if err != nil {
		return nil, err
	}
	if err := s.Workflows.EnsureClose(ctx, status.Ref()); err != nil {
		return nil, err
	}
	return RestatePeriod202JSONResponse{
		Body: s.periodView(status), Headers: RestatePeriod202ResponseHeaders{Location: periodPath(request.Book, request.Period)},
	}, nil
}

package activities

import (
	"context"
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Approved is the revision that an approval made.
type Approved struct {
	Revision int `json:"revision"`
}

// ApproveResult commits an approval with everything that follows from it, what is to be posted
// included; the store makes that one transaction and gives the same revision when it is asked again.
func (a *Closing) ApproveResult(ctx context.Context, input DecisionInput) (Approved, error) {
	lines, err := a.postingLines(ctx, input.Ref)
	if err != nil {
		return Approved{}, ApplicationError(err)
	}
	announce := func(revision int) ([]outbox.Message, error) {
		return postingMessages(input.Ref, revision, lines, correlation.ID(ctx))
	}
	revision, err := a.Periods.Approve(ctx, input.Ref, input.Decision, announce)
	if err != nil {
		return Approved{}, ApplicationError(err)
	}
	return Approved{Revision: revision}, nil
}

// postingMessages cuts the lines of a revision into pages, each a message under a key of its own. A
// revision without lines is posted too, as one empty page: billing learns that there is nothing.
func postingMessages(ref closing.AttemptRef, revision int, lines []closing.PostingLine, correlationID string) ([]outbox.Message, error) {
	pages := max(1, (len(lines)+closing.PostingPageLines-1)/closing.PostingPageLines)
	messages := make([]outbox.Message, 0, pages)
	for page := 1; page <= pages; page++ {
		from := (page - 1) * closing.PostingPageLines
		posting := closing.Posting{
			Book: ref.Book, Period: ref.Period, Revision: revision, Page: page, Pages: pages,
			Lines: lines[from:min(from+closing.PostingPageLines, len(lines))],
		}
		payload, err := json.Marshal(posting)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "page %d of revision %d cannot be written", page, revision)
		}
		messages = append(messages, outbox.Message{
			Topic:         outbox.TopicBillingPosting,
			Group:         closing.PostingGroup(ref.Book, ref.Period, revision),
			Key:           closing.PostingKey(ref.Book, ref.Period, revision, page),
			Payload:       payload,
			CorrelationID: correlationID,
		})
	}
	return messages, nil
}

// ApproveResult calls the activity of that name.
func ApproveResult(ctx workflow.Context, input DecisionInput) (Approved, error) {
	return execute[Approved](ctx, closings.ApproveResult, "seals the approved result in the ledger", input)
}

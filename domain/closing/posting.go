package closing

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/period"
)

// PostingPageLines is how many lines one posting carries at most.
const PostingPageLines = 500

// PostingGroup names the outbox group of what a revision publishes.
func PostingGroup(book string, month period.Period, revision int) string {
	return fmt.Sprintf("%s/%s/%d", book, month, revision)
}

// PostingKey returns the idempotency key of one page of a revision, the first page being 1. It does
// not hold the attempt: whichever attempt delivers it, billing takes each page once.
func PostingKey(book string, month period.Period, revision, page int) string {
	return fmt.Sprintf("period-close:%s:%s:%d:post:%d", book, month, revision, page)
}

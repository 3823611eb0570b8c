package closing

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Store keeps books, periods and attempts. Every method commits on its own; each that changes a
// period locks the period's row first, checks the transition, and returns a Conflict error when
// the period has moved on. Unknown books are NotFound errors.
type Store interface {
	Book(ctx context.Context, book string) (Book, error)
	Books(ctx context.Context) ([]Book, error)

	// Period returns the status of a month; a month without a row is open at attempt 0.
	Period(ctx context.Context, book string, month period.Period) (Status, error)
	// Periods lists months that have begun, newest first, from the book's first period or the
	// earliest with charges, before the given month (zero: from the newest), at most limit.
	Periods(ctx context.Context, book string, before period.Period, limit int) ([]Status, error)

	// OpenAttempt moves an open or failed period to closing (or, failed after approval, back to
	// publishing, with the same revision, result and ledger transactions) under the next attempt
	// number. Where an attempt runs or the period is closed, it returns that status and started
	// false; a period whose restatement failed before its approval becomes closed again, at the
	// revision that it had. It refuses a period that has not ended, that comes out of order, or that
	// is unknown, with a Conflict error that says what to close first.
	OpenAttempt(ctx context.Context, request OpenRequest) (status Status, started bool, err error)

	// OpenRestatement moves a closed period to restating under the next attempt number, or one whose
	// restatement failed; where that was approved already, back to publishing as OpenAttempt does.
	// Where the same restatement runs, it returns that status and started false. It is a Conflict
	// error while another one runs, for a period that was never closed, and where there is nothing to
	// restate; a delivery that is named and unknown is an InvalidInput error. Refused, it changes nothing.
	OpenRestatement(ctx context.Context, request OpenRequest, wanted Restatement) (status Status, started bool, err error)
	// Restated returns what a restatement was asked to do and what it starts from, or a NotFound error
	// for an attempt that is none.
	Restated(ctx context.Context, ref AttemptRef) (Restated, error)

	// Progress records the step under way; it never changes the state.
	Progress(ctx context.Context, ref AttemptRef, step string, done, total int64) error
	// SaveManifest records what the attempt froze and returns its hash. Saving the same again changes
	// nothing; another manifest is a Conflict error, since an attempt freezes once.
	SaveManifest(ctx context.Context, ref AttemptRef, manifest Manifest) (hash string, err error)
	// Manifest returns what an attempt froze, or a NotFound error before it has.
	Manifest(ctx context.Context, ref AttemptRef) (Manifest, error)
	SaveReconciliation(ctx context.Context, ref AttemptRef, reconciliation Reconciliation) error
	// SaveResult records the result's hash and totals; the ledger holds its entries. The totals of a
	// restatement are those of the whole period as it is after it.
	SaveResult(ctx context.Context, ref AttemptRef, resultHash string, totals []CurrencyTotal) error

	// AwaitApproval moves closing (or restating) to awaiting_approval until the deadline and puts
	// the notification into the outbox in the same transaction.
	AwaitApproval(ctx context.Context, ref AttemptRef, deadline time.Time) error
	// Approve commits, in one transaction: the decision, the next revision, the sealed and chained
	// ledger transactions of the attempt, the outbox messages that announce returns for that
	// revision, and state publishing. announce runs inside the transaction, so it only computes.
	// Called again with the same decision it changes nothing, does not call announce and returns
	// the same revision. A decision on another hash than the attempt's result is a
	// PreconditionFailed error, one after the deadline Gone.
	Approve(ctx context.Context, ref AttemptRef, decision approval.Decision, announce Announce) (revision int, err error)
	// Reopen takes a running attempt back to open with the reason on record (decision is nil for
	// expiry and cancellation), or to closed where a restatement was under way. Called again for the
	// same attempt it changes nothing; once an approval has committed it is a Conflict error.
	Reopen(ctx context.Context, ref AttemptRef, decision *approval.Decision, reason string) error
	// Fail moves closing or publishing to failed with the reason and puts the notification into
	// the outbox.
	Fail(ctx context.Context, ref AttemptRef, code, reason string) error
	// Close moves publishing to closed once every outbox message of the revision is delivered.
	Close(ctx context.Context, ref AttemptRef) error

	// RecordDecision appends a decision or a refused attempt at one; it changes nothing else.
	RecordDecision(ctx context.Context, ref AttemptRef, decision approval.Decision, refusal string) error
	// Decisions lists what was decided or refused on a period, oldest first.
	Decisions(ctx context.Context, book string, month period.Period) ([]approval.Recorded, error)
}

// Announce returns the messages that publish a revision.
type Announce func(revision int) ([]outbox.Message, error)

// OpenRequest asks for an attempt.
type OpenRequest struct {
	Book          string
	Period        period.Period
	RequestedBy   string
	CorrelationID string
	Now           time.Time
}

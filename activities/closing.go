package activities

import (
	"context"
	"iter"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Closing holds the activities that move a period from state to state and the ports they need. All
// fields are required.
type Closing struct {
	Periods  closing.Store
	Rules    RuleVersions
	Tokens   approval.TokenVerifier
	Notifier Notifier
	Ledger   StoredResults
	Now      Clock
}

// RuleVersions finds who wrote a rule; allocation.RuleStore is one.
type RuleVersions interface {
	Version(ctx context.Context, ruleID string, version int) (allocation.RuleVersion, error)
}

// StoredResults reads stored results back; ledger.Store is one.
type StoredResults interface {
	Transactions(ctx context.Context, book string, month period.Period, attempt int) iter.Seq2[ledger.Transaction, error]
	AsOf(ctx context.Context, book string, month period.Period, revision, attempt int) iter.Seq2[ledger.Transaction, error]
}

// Notifier puts a message for people into the outbox; outbox.Store is one. The same key again
// changes nothing.
type Notifier interface {
	Notify(ctx context.Context, message outbox.Message) error
}

// closings is only ever used to name the activities of Closing in workflow code.
var closings *Closing

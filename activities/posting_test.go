package activities_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

var ref = closing.AttemptRef{Book: "main", Period: period.New(2026, time.September), Attempt: 3}

// approvals is a closing.Store that keeps what an approval announces.
type approvals struct {
	closing.Store
	announced []outbox.Message
}

func (a *approvals) Book(context.Context, string) (closing.Book, error) {
	return closing.SampleBook(), nil
}

func (a *approvals) Approve(_ context.Context, _ closing.AttemptRef, _ approval.Decision, announce closing.Announce) (revision int, err error) {
	a.announced, err = announce(5)
	return 5, err
}

// stored is a result of one transaction per pool.
type stored []ledger.Transaction

func (s stored) Transactions(context.Context, string, period.Period, int) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for _, transaction := range s {
			if !yield(transaction, nil) {
				return
			}
		}
	}
}

// AsOf yields what Transactions yields: there is one revision.
func (s stored) AsOf(ctx context.Context, book string, month period.Period, _, attempt int) iter.Seq2[ledger.Transaction, error] {
	return s.Transactions(ctx, book, month, attempt)
}

// approve runs ApproveResult and returns what it announced, decoded.
func approve(t *testing.T, result stored) ([]outbox.Message, []closing.Posting) {
	t.Helper()
	periods := &approvals{}
	environment := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	closings := &activities.Closing{Periods: periods, Ledger: result, Now: time.Now}
	environment.RegisterActivity(closings)
	value, err := environment.ExecuteActivity(closings.ApproveResult, activities.DecisionInput{Ref: ref})
	require.NoError(t, err)
	var approved activities.Approved
	require.NoError(t, value.Get(&approved))
	require.Equal(t, 5, approved.Revision)
	postings := make([]closing.Posting, len(periods.announced))
	for i, message := range periods.announced {
		require.NoError(t, json.Unmarshal(message.Payload, &postings[i]))
	}
	return periods.announced, postings
}

func TestApproveResultAnnouncesPostings(t *testing.T) {
	entry := func(account, amount string) ledger.Entry {
		return ledger.Entry{Account: account, Amount: decimal.RequireFromString(amount)}
	}
	t.Run("pools are summed per account and rounded together, the rest on @rounding", func(t *testing.T) {
		_, postings := approve(t, stored{
			{Key: ledger.Key{Pool: "a", Currency: "USD"}, Entries: []ledger.Entry{entry("acme", "1.005"), entry("borealis", "1.004")}},
			{Key: ledger.Key{Pool: "b", Currency: "USD"}, Entries: []ledger.Entry{entry("acme", "2.0001")}},
		})
		require.Len(t, postings, 1)
		sum := decimal.Zero
		for _, line := range postings[0].Lines {
			sum = sum.Add(line.Amount.Decimal)
		}
		require.Equal(t, "4.0091", sum.String())
		require.Equal(t, "@rounding", postings[0].Lines[0].Account)
		require.Equal(t, "0.0091", postings[0].Lines[0].Amount.String())
	})
	t.Run("a large revision is cut into pages with keys of their own", func(t *testing.T) {
		var entries []ledger.Entry
		for i := range closing.PostingPageLines*2 + 1 {
			entries = append(entries, entry(fmt.Sprintf("tenant-%05d", i), "1"))
		}
		messages, postings := approve(t, stored{{Key: ledger.Key{Pool: "a", Currency: "USD"}, Entries: entries}})
		require.Len(t, postings, 3)
		lines := 0
		for i, posting := range postings {
			require.Equal(t, i+1, posting.Page)
			require.Equal(t, 3, posting.Pages)
			require.Equal(t, closing.PostingKey("main", ref.Period, 5, i+1), messages[i].Key)
			require.Equal(t, closing.PostingGroup("main", ref.Period, 5), messages[i].Group)
			lines += len(posting.Lines)
		}
		require.Equal(t, len(entries), lines)
	})
	t.Run("a revision without amounts is announced all the same", func(t *testing.T) {
		_, postings := approve(t, nil)
		require.Len(t, postings, 1)
		require.Empty(t, postings[0].Lines)
	})
}

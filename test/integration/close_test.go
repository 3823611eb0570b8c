package integration

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/workflows"
)

// postings reads what billing was posted for a period, by account.
func (s *stack) postings(ref closing.AttemptRef) (pages int, sums map[string]decimal.Decimal) {
	s.Helper()
	var listed struct {
		Postings []struct {
			Document closing.Posting `json:"document"`
		} `json:"postings"`
	}
	s.call(http.MethodGet, "/billing/v1/postings?book="+ref.Book+"&period="+ref.Period.String(), nil, &listed)
	sums = map[string]decimal.Decimal{}
	for _, posting := range listed.Postings {
		for _, line := range posting.Document.Lines {
			sums[line.Currency] = sums[line.Currency].Add(line.Amount.Decimal)
		}
	}
	return len(listed.Postings), sums
}

func TestAPeriodClosesWhileServicesFail(t *testing.T) {
	s := newStack(t)
	rate := 0.25
	s.fault(sandbox.Fault{Route: "GET /billing/v1/charges", ErrorRate: &rate, Status: http.StatusServiceUnavailable, Times: 3})
	s.fault(sandbox.Fault{Route: "GET /compute/v1/usage", RetryAfterS: 1, Times: 1})
	s.fault(sandbox.Fault{Route: "GET /tenants/v1/tenants", Truncated: true, Times: 1})
	s.fault(sandbox.Fault{Route: "POST /billing/v1/postings", Status: http.StatusBadGateway, AfterEffect: true, Times: 1})
	s.startWorker()

	began := time.Now()
	ref := s.open(september2025)
	waiting := s.await(ref, closing.StateAwaitingApproval)
	t.Logf("awaits approval after %s", time.Since(began).Round(time.Millisecond))
	require.NotEmpty(t, waiting.ResultHash)
	require.NotEmpty(t, waiting.Totals)

	require.NoError(t, s.decide(waiting, approval.Approve, approver))
	closed := s.await(ref, closing.StateClosed)
	t.Logf("closed after %s", time.Since(began).Round(time.Millisecond))
	require.Equal(t, 1, closed.Revision)

	t.Run("what is posted is what is billed, once", func(t *testing.T) {
		pages, sums := s.postings(ref)
		require.Positive(t, pages)
		for _, total := range closed.Totals {
			require.True(t, total.Billed.Equal(sums[total.Currency]), "billed %s, posted %s", total.Billed, sums[total.Currency])
		}
	})
	t.Run("tenants and accounts are the bill to the last digit", func(t *testing.T) {
		for _, total := range closed.Totals {
			sum := total.Tenants
			for _, amount := range total.Accounts {
				sum = sum.Add(amount)
			}
			require.True(t, sum.Equal(total.Billed), "%s is not %s", sum, total.Billed)
		}
	})
	t.Run("the history is short and unreadable", func(t *testing.T) {
		whole := s.history(ref.WorkflowID())
		t.Logf("%d events", len(whole.Events))
		require.Less(t, len(whole.Events), historyLimit)
		requireUnreadable(t, whole, closed.ResultHash, closed.ManifestHash, approver.Subject, "looked at", "acme")
	})
	t.Run("progress is answered after the end", func(t *testing.T) {
		answer, err := s.client.QueryWorkflow(context.Background(), ref.WorkflowID(), "", workflows.QueryProgress)
		require.NoError(t, err)
		var progress workflows.Progress
		require.NoError(t, answer.Get(&progress))
		require.Equal(t, "closed", progress.State)
		require.Equal(t, closed.ResultHash, progress.ResultHash)
	})
	t.Run("the services saw the correlation id of the request", func(t *testing.T) {
		var log struct {
			Requests []struct {
				CorrelationID string `json:"correlation_id"`
			} `json:"requests"`
		}
		s.call(http.MethodGet, "/sandbox/v1/requests?route=GET+/billing/v1/charges", nil, &log)
		require.NotEmpty(t, log.Requests)
		for _, request := range log.Requests {
			require.Equal(t, correlationID, request.CorrelationID)
		}
	})
	t.Run("closed again, nothing starts", func(t *testing.T) {
		status, started, err := s.periods.OpenAttempt(context.Background(), closing.OpenRequest{
			Book: ref.Book, Period: ref.Period, RequestedBy: "operator", Now: time.Now(),
		})
		require.NoError(t, err)
		require.False(t, started)
		require.Equal(t, closing.StateClosed, status.State)
	})
}

func TestARejectedPeriodClosesAtTheSecondAttemptWithTheSameResult(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	first := s.await(s.open(september2025), closing.StateAwaitingApproval)
	t.Run("the person who started it may not decide", func(t *testing.T) {
		own := approval.Actor{Subject: "operator", Roles: []approval.Role{approval.RoleFinanceApprover}}
		require.Equal(t, fault.Forbidden, workflows.FaultOf(s.decide(first, approval.Approve, own)).Code)
	})
	t.Run("signals that hold no decision are refused on record", func(t *testing.T) {
		odd := s.decision(first, "ap\x00prove", approver)
		odd.Reason, odd.Actor.Subject = "a\x00b", "\x00"
		for _, signal := range []any{"approve", odd} {
			require.NoError(t, s.client.SignalWorkflow(context.Background(), first.Ref().WorkflowID(), "", workflows.DecideName, signal))
		}
		require.Eventually(t, func() bool {
			decisions, err := s.periods.Decisions(context.Background(), first.Book, first.Period)
			require.NoError(t, err)
			return len(decisions) == 3
		}, patience, glance)
	})
	require.NoError(t, s.decide(first, approval.Reject, approver))
	reopened := s.await(first.Ref(), closing.StateOpen)
	require.Equal(t, "looked at", reopened.Reason)

	second := s.await(s.open(september2025), closing.StateAwaitingApproval)
	require.Equal(t, 2, second.Attempt)
	require.Equal(t, first.ManifestHash, second.ManifestHash)
	require.Equal(t, first.ResultHash, second.ResultHash)
	require.NoError(t, s.client.SignalWorkflow(context.Background(), second.Ref().WorkflowID(), "", workflows.DecideName,
		s.decision(second, approval.Approve, approver)), "a Signal counts as much as an Update")
	s.await(second.Ref(), closing.StateClosed)

	decisions, err := s.periods.Decisions(context.Background(), first.Book, first.Period)
	require.NoError(t, err)
	var outcomes []string
	for _, decision := range decisions {
		outcomes = append(outcomes, string(decision.Verdict)+":"+decision.Refusal)
	}
	require.Equal(t, []string{"approve:forbidden", ":invalid_input", "approve:invalid_input", "reject:", "approve:"}, outcomes)
}

func TestADifferenceFromTheInvoice(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	t.Run("beyond the tolerance it stops the close and is spelt out", func(t *testing.T) {
		invoice := s.misstate("100.01")
		failed := s.await(s.open(september2025), closing.StateFailed)
		require.Equal(t, string(fault.NotBalanced), failed.FailureCode)
		require.Contains(t, failed.Reason, "-100.01")
		require.Contains(t, failed.Reason, invoice)
		require.NotNil(t, failed.Reconciliation, "the comparison is on record")
	})
	t.Run("within the tolerance it is booked to @variance, and the posting is what was invoiced", func(t *testing.T) {
		s.misstate("0.01")
		waiting := s.await(s.open(september2025), closing.StateAwaitingApproval)
		require.Equal(t, 2, waiting.Attempt)
		require.Equal(t, "0.01", waiting.Totals[0].Accounts["@variance"].String())
		require.NoError(t, s.decide(waiting, approval.Approve, approver))
		closed := s.await(waiting.Ref(), closing.StateClosed)
		_, sums := s.postings(closed.Ref())
		require.True(t, closed.Totals[0].Billed.Equal(sums["USD"]))
	})
}

// misstate makes billing claim more for one invoice than it charged and returns the invoice's id.
func (s *stack) misstate(difference string) string {
	s.Helper()
	s.call(http.MethodDelete, "/sandbox/v1/control-totals", nil, nil)
	var totals struct {
		ControlTotals []closing.ControlTotal `json:"control_totals"`
	}
	s.call(http.MethodGet, "/billing/v1/control-totals?period="+september2025.String(), nil, &totals)
	require.NotEmpty(s, totals.ControlTotals)
	wrong := totals.ControlTotals[0]
	s.call(http.MethodPut, "/sandbox/v1/control-totals", map[string]any{
		"period": september2025, "billing_account_id": wrong.BillingAccountID, "invoice_id": wrong.InvoiceID,
		"currency": wrong.Currency, "billed_cost": wrong.BilledCost.Add(decimal.RequireFromString(difference)),
	}, nil)
	return wrong.InvoiceID
}

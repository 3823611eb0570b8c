package integration

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/workflows"
)

// late delivers charges of a sub-account for a month beside what there is.
func (s *stack) late(month period.Period, subAccount string, amounts ...string) {
	s.Helper()
	rows := func(yield func(intake.Row, error) bool) {
		for _, amount := range amounts {
			cost := decimal.RequireFromString(amount)
			if !yield(intake.ChargeRow(&charge.Charge{
				BillingAccountID: "111122223333", BillingPeriod: month, InvoiceID: "LATE-" + month.String(), Currency: "USD",
				ChargePeriodStart: month.Start().AddDate(0, 0, 3), ChargePeriodEnd: month.Start().AddDate(0, 0, 4),
				BilledCost: cost, EffectiveCost: cost, ChargeCategory: "Usage", SubAccountID: subAccount, SubAccountName: strings.TrimPrefix(subAccount, "acct-"),
				ServiceName: "Virtual Machines", ServiceCategory: "Compute",
			}), nil) {
				return
			}
		}
	}
	delivery := intake.Delivery{
		ID: uuid.NewString(), Kind: intake.KindCharges, Source: intake.SourceFile, Name: "late.csv", Append: true,
		CreatedBy: "operator", CreatedAt: time.Now().UTC(),
	}
	_, err := postgres.NewIntake(s.pool).Load(context.Background(), delivery, rows, func(placed []intake.Placed) intake.Report {
		require.Equal(s, intake.OutcomeLate, placed[0].Outcome)
		return intake.Report{ID: delivery.ID, Kind: "focus", Name: delivery.Name, CreatedBy: "operator", CreatedAt: delivery.CreatedAt, Slices: placed}
	})
	require.NoError(s, err)
}

// restate opens a restatement and starts its workflow, as the API does.
func (s *stack) restate(month period.Period, reason string) closing.AttemptRef {
	s.Helper()
	return s.restateAs(month, closing.Restatement{Reason: reason})
}

func (s *stack) restateAs(month period.Period, wanted closing.Restatement) closing.AttemptRef {
	s.Helper()
	status, started, err := s.periods.OpenRestatement(context.Background(), closing.OpenRequest{
		Book: closing.SampleBook().ID, Period: month, RequestedBy: "operator", CorrelationID: correlationID, Now: time.Now(),
	}, wanted)
	require.NoError(s, err)
	require.True(s, started)
	ref := status.Ref()
	_, err = s.client.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{
		ID: workflows.PeriodCloseID(ref), TaskQueue: workflows.QueueAllocation,
		WorkflowIDReusePolicy: workflows.ReusePolicyOf(ref),
		TypedSearchAttributes: workflows.PeriodCloseSearchAttributes(ref, correlationID),
	}, workflows.TypeOf(ref), workflows.PeriodRestatementInput{Ref: ref})
	require.NoError(s, err)
	return ref
}

// cells lists a revision cell by cell, or what it changed.
func (s *stack) cells(month period.Period, revision int, deltas bool) []ledger.Cell {
	s.Helper()
	cells, err := postgres.NewLedger(s.pool).Cells(context.Background(), ledger.Filter{
		Book: closing.SampleBook().ID, Period: month, Revision: revision, Deltas: deltas,
	}, ledger.Position{}, 1_000_000)
	require.NoError(s, err)
	return cells
}

// export is the SHA-256 of a revision's cells, in the order and with the columns of the export.
func (s *stack) export(month period.Period, revision int) string {
	digest := sha256.New()
	for _, cell := range s.cells(month, revision, false) {
		fmt.Fprintln(digest, cell.Revision, cell.Attempt, cell.Stage, cell.Pool, cell.Account, cell.Currency, cell.Amount)
	}
	return hex.EncodeToString(digest.Sum(nil))
}

// amounts adds cells up by pool and account.
func amounts(lists ...[]ledger.Cell) map[string]string {
	sums := map[string]decimal.Decimal{}
	for _, cells := range lists {
		for _, cell := range cells {
			key := cell.Pool + " " + cell.Account + " " + cell.Currency
			sums[key] = sums[key].Add(cell.Amount)
		}
	}
	texts := map[string]string{}
	for key, sum := range sums {
		if !sum.IsZero() {
			texts[key] = sum.String()
		}
	}
	return texts
}

func (s *stack) close(month period.Period) closing.Status {
	s.Helper()
	waiting := s.await(s.open(month), closing.StateAwaitingApproval)
	require.NoError(s, s.decide(waiting, approval.Approve, approver))
	return s.await(waiting.Ref(), closing.StateClosed)
}

// shareEqually lets the rule of a pool split it equally, for as long as it was in effect.
func (s *stack) shareEqually(pool string) {
	s.Helper()
	rules := postgres.NewRules(s.pool)
	versions, err := rules.Versions(context.Background(), "pool-"+pool)
	require.NoError(s, err)
	rule := *versions[0].Pool
	rule.Strategy = allocation.StrategyEqual
	next, err := allocation.NewPoolVersion("pool-"+pool, 1, rule, "system", time.Now())
	require.NoError(s, err)
	change, err := allocation.Supersede(versions, next, rule.EffectiveFrom, "system", time.Now())
	require.NoError(s, err)
	require.NoError(s, rules.Revise(context.Background(), change))
}

func TestARestatementChangesOnlyWhatCameLate(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	first := s.close(september2025)
	before := s.export(september2025, 1)
	require.NotEmpty(t, s.cells(september2025, 1, false))

	s.late(september2025, "acct-acme", "-250.00", "0.000000001")
	s.late(september2025, "acct-network", "100")
	given := s.await(s.restate(september2025, "credits of September"), closing.StateAwaitingApproval)
	require.Equal(t, 2, given.Restates)
	require.Equal(t, "credits of September", given.Restatement.Reason)
	t.Run("whoever asked for it may not approve it", func(t *testing.T) {
		own := approval.Actor{Subject: "operator", Roles: approver.Roles}
		require.Equal(t, fault.Forbidden, workflows.FaultOf(s.decide(given, approval.Approve, own)).Code)
	})
	t.Run("rejected, it leaves the period as it was", func(t *testing.T) {
		require.NoError(t, s.decide(given, approval.Reject, approver))
		closed := s.await(given.Ref(), closing.StateClosed)
		require.Equal(t, 1, closed.Revision)
		require.Equal(t, "looked at", closed.Reason)
		require.Equal(t, first.ResultHash, closed.ResultHash)
		require.Equal(t, first.Totals, closed.Totals)
		require.Equal(t, before, s.export(september2025, 1))
	})

	waiting := s.await(s.restate(september2025, "credits of September, again"), closing.StateAwaitingApproval)
	require.Equal(t, given.ManifestHash, waiting.ManifestHash, "what was given up is taken again")
	require.Equal(t, given.ResultHash, waiting.ResultHash)
	require.NoError(t, s.decide(waiting, approval.Approve, approver))
	second := s.await(waiting.Ref(), closing.StateClosed)
	require.Equal(t, 2, second.Revision)

	t.Run("the revision before stays byte for byte", func(t *testing.T) {
		require.Equal(t, before, s.export(september2025, 1))
		require.NotEqual(t, before, s.export(september2025, 2))
	})
	t.Run("old and deltas are the new bill, and deltas hold nothing else", func(t *testing.T) {
		deltas := s.cells(september2025, 2, true)
		require.Equal(t, amounts(s.cells(september2025, 2, false)), amounts(s.cells(september2025, 1, false), deltas))
		require.Less(t, len(deltas), len(s.cells(september2025, 1, false)))
		sum := decimal.Zero
		for _, cell := range deltas {
			require.False(t, cell.Amount.IsZero())
			sum = sum.Add(cell.Amount)
		}
		require.Equal(t, "-149.999999999", sum.String())
		require.Equal(t, "-249.999999999", amounts(deltas)["direct:compute acme USD"])
	})
	t.Run("the totals are the whole period's", func(t *testing.T) {
		require.Equal(t, "-149.999999999", second.Totals[0].Billed.Sub(first.Totals[0].Billed).String())
	})
	t.Run("what is posted over both revisions is the new bill", func(t *testing.T) {
		_, sums := s.postings(second.Ref())
		require.True(t, second.Totals[0].Billed.Equal(sums["USD"]), "billed %s, posted %s", second.Totals[0].Billed, sums["USD"])
	})
	t.Run("late charges are listed and do not disturb the comparison with the invoices", func(t *testing.T) {
		last := second.Reconciliation.Invoices[len(second.Reconciliation.Invoices)-1]
		require.Equal(t, closing.OutcomeLate, last.Outcome)
		require.Equal(t, "-149.999999999", last.Charged.String())
		require.Equal(t, first.Reconciliation.Variance, second.Reconciliation.Variance)
	})
	t.Run("the chain of the ledger holds", func(t *testing.T) {
		_, err := postgres.VerifyChain(context.Background(), s.pool, "main", "")
		require.NoError(t, err)
	})
	t.Run("with nothing late it is refused, and the period stays closed", func(t *testing.T) {
		for _, rules := range []closing.Origin{closing.OriginOriginal, closing.OriginCurrent} {
			_, _, err := s.periods.OpenRestatement(context.Background(), closing.OpenRequest{
				Book: "main", Period: september2025, RequestedBy: "operator", Now: time.Now(),
			}, closing.Restatement{Reason: "nothing", Rules: rules})
			require.Equal(t, fault.Conflict, fault.CodeOf(err))
			require.ErrorContains(t, err, "there is nothing to restate")
		}
		status, err := s.periods.Period(context.Background(), "main", september2025)
		require.NoError(t, err)
		require.Equal(t, second, status)
	})
	t.Run("today's rules move cost between tenants where they are asked for, and change no total", func(t *testing.T) {
		s.shareEqually("network")
		require.NoError(t, s.decide(s.await(s.restateAs(september2025, closing.Restatement{
			Reason: "the network was to be shared equally", Rules: closing.OriginCurrent,
		}), closing.StateAwaitingApproval), approval.Approve, approver))
		third := s.await(second.Ref(), closing.StateClosed)
		require.Equal(t, 3, third.Revision)
		require.True(t, second.Totals[0].Billed.Equal(third.Totals[0].Billed))
		sum := decimal.Zero
		for _, cell := range s.cells(september2025, 3, true) {
			require.Equal(t, "network", cell.Pool)
			sum = sum.Add(cell.Amount)
		}
		require.True(t, sum.IsZero())
		require.Equal(t, before, s.export(september2025, 1))
		second = third
	})
	t.Run("what comes later is part of the next close", func(t *testing.T) {
		s.late(september2025, "acct-acme", "12.50")
		october := s.close(september2025.Next())
		manifest, err := s.periods.Manifest(context.Background(), october.Ref())
		require.NoError(t, err)
		var late []closing.ManifestInput
		for _, input := range manifest.Inputs {
			if input.Kind == intake.InputLate {
				late = append(late, input)
			}
		}
		require.Len(t, late, 1)
		require.Equal(t, "2025-09/111122223333", late[0].Scope)
		_, sums := s.postings(october.Ref())
		require.True(t, october.Totals[0].Billed.Equal(sums["USD"]))
		require.Equal(t, second.ResultHash, s.await(second.Ref(), closing.StateClosed).ResultHash)
	})
}

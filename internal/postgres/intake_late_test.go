package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// awaitApproval freezes an attempt and brings it, with a result without cells, before its approver.
func (d *deliveries) awaitApproval(ref closing.AttemptRef) (intake.Frozen, string) {
	d.t.Helper()
	frozen := d.freeze(ref)
	periods := postgres.NewClosing(d.pool)
	hash := ledger.CombineHashes(frozen.Hash, nil)
	require.NoError(d.t, periods.SaveResult(context.Background(), ref, hash, nil))
	require.NoError(d.t, periods.AwaitApproval(context.Background(), ref, deadline(ref.Period)))
	return frozen, hash
}

// finish approves what awaits approval and closes it.
func (d *deliveries) finish(ref closing.AttemptRef, hash string) {
	d.t.Helper()
	periods := postgres.NewClosing(d.pool)
	nothing := func(int) ([]outbox.Message, error) { return nil, nil }
	_, err := periods.Approve(context.Background(), ref, decision(ref, hash, approval.Approve), nothing)
	require.NoError(d.t, err)
	require.NoError(d.t, periods.Close(context.Background(), ref))
}

func (d *deliveries) close(month period.Period) closing.AttemptRef {
	d.t.Helper()
	ref := d.attempt(month)
	_, hash := d.awaitApproval(ref)
	d.finish(ref, hash)
	return ref
}

// amounts lists what an attempt froze, by billing period.
func (d *deliveries) amounts(ref closing.AttemptRef) map[period.Period][]string {
	d.t.Helper()
	found := map[period.Period][]string{}
	for _, c := range d.frozenCharges(ref) {
		found[c.BillingPeriod] = append(found[c.BillingPeriod], c.BilledCost.String())
	}
	return found
}

func TestLateCharges(t *testing.T) {
	april, may := month.Next(), month.Next().Next()
	closed := func(t *testing.T) *deliveries {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "20"), charged("1", april, "7")))
		d.close(month)
		return d
	}
	t.Run("of a replaced export are what it has more, and negated what it has less", func(t *testing.T) {
		d := closed(t)
		again := charged("1", month, "10.00") // the same amount in other digits
		again.SourceRow = 9
		d.load(intake.KindCharges, charges(charged("1", month, "3"), again, charged("1", month, "3")))
		ref := d.attempt(april)
		frozen := d.freeze(ref)
		amounts := d.amounts(ref)
		assert.ElementsMatch(t, []string{"3", "3", "-20"}, amounts[month])
		assert.Equal(t, []string{"7"}, amounts[april])
		assert.EqualValues(t, 4, frozen.Charges)
		for _, c := range d.frozenCharges(ref) {
			if c.BilledCost.IsNegative() {
				assert.Equal(t, "Correction", c.ChargeClass)
				assert.Equal(t, "-10", c.EffectiveCost.String())
			}
		}
		var told []string
		require.NoError(t, d.store.Corrections(t.Context(), ref, func(c *charge.Charge) error {
			told = append(told, c.BilledCost.String())
			return nil
		}))
		assert.ElementsMatch(t, amounts[month], told, "they can be told from the month's own")
		var late []closing.ManifestInput
		for _, input := range frozen.Manifest.Inputs {
			if input.Kind == intake.InputLate {
				late = append(late, input)
			}
		}
		require.Len(t, late, 1)
		assert.Equal(t, "2026-03/1", late[0].Scope)
		assert.EqualValues(t, 3, late[0].Rows)
		assert.Len(t, late[0].ContentHash, 64)
	})
	t.Run("are told apart together with the corrections on the month's own bill", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "20"), charged("1", month, "0.5")))
		correction := charged("1", april, "-4")
		correction.ChargeClass = "Correction"
		d.load(intake.KindCharges, charges(charged("1", april, "7"), correction))
		ref := d.attempt(april)
		d.freeze(ref)
		var told []string
		require.NoError(t, d.store.Corrections(t.Context(), ref, func(c *charge.Charge) error {
			told = append(told, c.BillingPeriod.String()+" "+c.BilledCost.String())
			return nil
		}))
		assert.ElementsMatch(t, []string{"2026-03 0.5", "2026-04 -4"}, told)
	})
	t.Run("that are appended take nothing back and do not repeat what is booked", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "20"), charged("1", month, "0.5")), appended)
		ref := d.attempt(april)
		d.freeze(ref)
		assert.Equal(t, []string{"0.5"}, d.amounts(ref)[month])
	})
	t.Run("of an account that the close had nothing of are all new", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("9", month, "4")))
		ref := d.attempt(april)
		d.freeze(ref)
		assert.Equal(t, []string{"4"}, d.amounts(ref)[month])
	})
	t.Run("are taken once, and what comes later is taken beyond that", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "25")))
		d.close(april)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "25"), charged("1", month, "1")))
		ref := d.attempt(may)
		d.freeze(ref)
		assert.Equal(t, map[period.Period][]string{month: {"1"}}, d.amounts(ref))
		assert.Empty(t, d.late(intake.LateQuery{Waiting: true}), "nothing waits any more")
	})
	t.Run("that only repeat what is booked are taken too, and book nothing", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "20")), appended)
		require.Len(t, d.late(intake.LateQuery{Waiting: true}), 1)
		d.close(april)
		assert.Empty(t, d.late(intake.LateQuery{Waiting: true}), "nothing waits any more")
		late := d.late(intake.LateQuery{})
		require.Len(t, late, 1)
		assert.Equal(t, april, late[0].TakenBy.Period)
		d.load(intake.KindCharges, charges(charged("1", month, "20"), charged("1", month, "0.5")), appended)
		ref := d.attempt(may)
		d.freeze(ref)
		assert.Equal(t, map[period.Period][]string{month: {"0.5"}}, d.amounts(ref))
	})
	t.Run("are released when the attempt that took them is given up", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "2")), appended)
		first := d.attempt(april)
		d.freeze(first)
		d.withdraw(first)
		second := d.attempt(april)
		frozen := d.freeze(second)
		assert.Equal(t, []string{"2"}, d.amounts(second)[month])
		assert.Equal(t, d.amounts(first), d.amounts(second), "what was given up can still be looked at")
		assert.NotEmpty(t, frozen.Hash)
	})
	t.Run("that take back what came late are booked as such", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "25")))
		d.close(april)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "20")))
		ref := d.attempt(may)
		d.freeze(ref)
		assert.ElementsMatch(t, []string{"-25", "20"}, d.amounts(ref)[month])
	})
	t.Run("are totalled apart from the invoices of the month that books them", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "2")), appended)
		ref := d.attempt(april)
		d.freeze(ref)
		totals, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 2)
		assert.Equal(t, "7", totals[0].BilledCost.String())
		assert.True(t, totals[0].LateOf.IsZero())
		assert.Equal(t, "2", totals[1].BilledCost.String())
		assert.Equal(t, month, totals[1].LateOf)
	})
	t.Run("go by the charge period where the book does", func(t *testing.T) {
		d := newDeliveries(t)
		d.book.PeriodBy = closing.PeriodByCharge
		_, err := d.pool.Exec(context.Background(), "UPDATE books SET period_by = 'charge'")
		require.NoError(t, err)
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		d.close(month)
		usedInMarch := charged("1", april, "3")
		usedInMarch.ChargePeriodStart = month.End().Add(-time.Hour)
		d.load(intake.KindCharges, charges(usedInMarch, charged("1", april, "7")))
		ref := d.attempt(april)
		d.freeze(ref)
		assert.ElementsMatch(t, []string{"7", "3"}, d.amounts(ref)[april], "billed in April, used in March after its close")
		totals, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 1)
		assert.Equal(t, "10", totals[0].BilledCost.String(), "the invoice of April, with what was used in March")
	})
}

// TestLateChargesLaw delivers March again and again, closing months in between, and compares what
// was booked for it in all with what was delivered last.
func TestLateChargesLaw(t *testing.T) {
	database := newDeliveries(t)
	books := 0
	rapid.Check(t, func(rt *rapid.T) {
		// Each run has a book and an account of its own.
		books++
		d := *database
		account := fmt.Sprintf("account-%d", books)
		d.book.ID, d.book.BillingAccounts = fmt.Sprintf("book-%d", books), []string{account}
		_, err := postgres.EnsureBook(context.Background(), d.pool, d.book)
		require.NoError(rt, err)
		deliver := func(label string) []string {
			amounts := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "2.50", "-4", "0.000000001"}), 1, 6).Draw(rt, label)
			list := make([]*charge.Charge, len(amounts))
			for i, amount := range amounts {
				list[i] = charged(account, month, amount)
			}
			d.load(intake.KindCharges, charges(list...))
			return amounts
		}
		last := deliver("first")
		booked := d.frozenAndClosed(month)
		following := month
		for i := range rapid.IntRange(1, 4).Draw(rt, "months") {
			for j := range rapid.IntRange(0, 2).Draw(rt, "deliveries") {
				last = deliver(fmt.Sprintf("late %d %d", i, j))
			}
			following = following.Next()
			if rapid.Bool().Draw(rt, "given up first") {
				ref := d.attempt(following)
				d.freeze(ref)
				d.withdraw(ref)
			}
			booked = append(booked, d.frozenAndClosed(following)...)
		}
		require.Equal(rt, sumOf(last).String(), sumOf(booked).String())
	})
}

// frozenAndClosed closes a month and lists what it booked.
func (d *deliveries) frozenAndClosed(month period.Period) (amounts []string) {
	for _, list := range d.amounts(d.close(month)) {
		amounts = append(amounts, list...)
	}
	return amounts
}

func sumOf(amounts []string) (sum decimal.Decimal) {
	for _, amount := range amounts {
		sum = sum.Add(decimal.RequireFromString(amount))
	}
	return sum
}

func TestFreezeOfARestatement(t *testing.T) {
	order := closing.Restatement{Reason: "a credit came late"}
	restate := func(t *testing.T, d *deliveries, wanted closing.Restatement) closing.AttemptRef {
		status, started, err := postgres.NewClosing(d.pool).OpenRestatement(context.Background(), closing.OpenRequest{
			Book: "main", Period: month, RequestedBy: "operator",
		}, wanted)
		require.NoError(t, err)
		require.True(t, started)
		return status.Ref()
	}
	freezeOf := func(d *deliveries, ref closing.AttemptRef) (intake.Frozen, error) {
		restated, err := postgres.NewClosing(d.pool).Restated(context.Background(), ref)
		require.NoError(d.t, err)
		return d.store.Freeze(context.Background(), intake.FreezeRequest{Ref: ref, Book: d.book, Restated: &restated})
	}
	refuses := func(t *testing.T, d *deliveries, wanted closing.Restatement, code fault.Code, words string) {
		t.Helper()
		periods := postgres.NewClosing(d.pool)
		before, err := periods.Period(context.Background(), "main", month)
		require.NoError(t, err)
		_, _, err = periods.OpenRestatement(context.Background(), closing.OpenRequest{Book: "main", Period: month, RequestedBy: "operator"}, wanted)
		require.Equal(t, code, fault.CodeOf(err))
		require.ErrorContains(t, err, words)
		after, err := periods.Period(context.Background(), "main", month)
		require.NoError(t, err)
		assert.Equal(t, before, after, "a refusal changes nothing")
	}
	closed := func(t *testing.T) *deliveries {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "20")))
		d.load(intake.KindInvoices, totalRows(month, closing.ControlTotal{BillingAccountID: "1", InvoiceID: "INV-1", Currency: "USD", BilledCost: decimalOf("30").Decimal}))
		d.close(month)
		return d
	}
	t.Run("is what the revision froze with what came late", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		ref := restate(t, d, order)
		assert.Equal(t, 2, ref.Restates)
		frozen, err := freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-2"}, d.amounts(ref)[month])
		assert.NotEmpty(t, frozen.Manifest.Restates)
		assert.Equal(t, "lrm-1", frozen.Manifest.AllocationVersion)
		again, err := freezeOf(d, ref)
		require.NoError(t, err)
		assert.Equal(t, frozen.Hash, again.Hash)
	})
	t.Run("of what the next month took is refused", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		d.freeze(d.attempt(month.Next()))
		refuses(t, d, order, fault.Conflict, "there is nothing to restate")
	})
	t.Run("where nothing came late is refused, and the month stays closed", func(t *testing.T) {
		d := closed(t)
		refuses(t, d, order, fault.Conflict, "there is nothing to restate")
		refuses(t, d, closing.Restatement{Reason: "x", Rules: closing.OriginCurrent, Owners: closing.OriginCurrent}, fault.Conflict, "there is nothing to restate")
		d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "b", Plan: tenancy.PlanFree}))
		refuses(t, d, order, fault.Conflict, "there is nothing to restate")
		restate(t, d, closing.Restatement{Reason: "x", Owners: closing.OriginCurrent})
	})
	t.Run("of what only repeats charges that are booked leaves the month closed, and nothing waiting", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10")), appended) // repeats what is booked
		ref := restate(t, d, order)
		_, err := freezeOf(d, ref)
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
		periods := postgres.NewClosing(d.pool)
		for range 2 {
			require.NoError(t, periods.Fail(context.Background(), ref, string(fault.Conflict), err.Error()))
		}
		status, err := periods.Period(context.Background(), "main", month)
		require.NoError(t, err)
		assert.Equal(t, closing.StateClosed, status.State)
		assert.Equal(t, 1, status.Revision)
		assert.Contains(t, status.Reason, "only repeats charges that are booked")
		assert.Empty(t, d.late(intake.LateQuery{Waiting: true}), "it was looked at, and nothing will ever take it")
		refuses(t, d, order, fault.Conflict, "there is nothing to restate")
		d.load(intake.KindCharges, charges(charged("1", month, "20")), appended) // repeats again
		ref = restate(t, d, order)
		_, err = freezeOf(d, ref)
		require.ErrorContains(t, err, "only repeats charges that are booked")
		require.NoError(t, periods.Fail(context.Background(), ref, string(fault.Conflict), err.Error()))
		assert.Empty(t, d.late(intake.LateQuery{Waiting: true}), "the second repeat was looked at, too")
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		ref = restate(t, d, order)
		_, err = freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-2"}, d.amounts(ref)[month])
		d.finishRestatement(t, ref)
		d.load(intake.KindCharges, charges(charged("1", month, "-2"), charged("1", month, "10")), appended)
		ref = restate(t, d, order)
		_, err = freezeOf(d, ref)
		require.ErrorContains(t, err, "only repeats charges that are booked")
		assert.Empty(t, d.late(intake.LateQuery{Waiting: true}), "the revision that booked the credit has looked at its repeat")
	})
	t.Run("that failed leaves late charges to the next close", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		require.NoError(t, postgres.NewClosing(d.pool).Fail(context.Background(), restate(t, d, order), "invalid_input", "pool x has no rule"))
		next := d.attempt(month.Next())
		d.freeze(next)
		assert.Equal(t, []string{"-2"}, d.amounts(next)[month])
	})
	t.Run("adds what it names to what earlier revisions booked, which it does not name", func(t *testing.T) {
		d := closed(t)
		first := d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		ref := restate(t, d, order)
		_, err := freezeOf(d, ref)
		require.NoError(t, err)
		d.finishRestatement(t, ref)
		refuses(t, d, closing.Restatement{Reason: "again", Include: []string{first[0].ContentHash}}, fault.Conflict, "there is nothing to restate")
		second := d.load(intake.KindCharges, charges(charged("1", month, "-3")), appended)
		ref = restate(t, d, closing.Restatement{Reason: "the second", Include: []string{second[0].ContentHash}})
		_, err = freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-2", "-3"}, d.amounts(ref)[month])
	})
	t.Run("keeps a new export that is booked when one beside it is named, though a newer one waits", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("1", month, "25")))
		ref := restate(t, d, order)
		_, err := freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-20", "25"}, d.amounts(ref)[month])
		d.finishRestatement(t, ref)
		d.load(intake.KindCharges, charges(charged("1", month, "99")))
		beside := d.load(intake.KindCharges, charges(charged("1", month, "-3")), appended)
		ref = restate(t, d, closing.Restatement{Reason: "the credit", Include: []string{beside[0].ContentHash}})
		_, err = freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-20", "25", "-3"}, d.amounts(ref)[month])
	})
	t.Run("leaves to a later close what that has booked", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "11.11")), appended)
		d.close(month.Next())
		second := d.load(intake.KindCharges, charges(charged("1", month, "1.23")), appended)
		ref := restate(t, d, closing.Restatement{Reason: "the second", Include: []string{second[0].ContentHash}})
		_, err := freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "1.23"}, d.amounts(ref)[month])
	})
	t.Run("of a delivery that nobody made is refused by its hash", func(t *testing.T) {
		d := closed(t)
		first := d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		unknown := strings.Repeat("f", 64)
		refuses(t, d, closing.Restatement{Reason: "x", Include: []string{first[0].ContentHash, unknown}}, fault.InvalidInput, unknown)
	})
	t.Run("keeps the month's late charges from the close of the next", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		restate(t, d, order)
		next := d.attempt(month.Next())
		d.freeze(next)
		assert.Empty(t, d.amounts(next))
	})
	t.Run("takes the deliveries that it names, and the next one the rest", func(t *testing.T) {
		d := closed(t)
		first := d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		d.load(intake.KindCharges, charges(charged("1", month, "-3")), appended)
		ref := restate(t, d, closing.Restatement{Reason: "one of two", Include: []string{first[0].ContentHash}})
		_, err := freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-2"}, d.amounts(ref)[month])
		d.finishRestatement(t, ref)
		ref = restate(t, d, order)
		assert.Equal(t, 3, ref.Restates)
		_, err = freezeOf(d, ref)
		require.NoError(t, err)
		assert.ElementsMatch(t, []string{"10", "20", "-2", "-3"}, d.amounts(ref)[month])
	})
	t.Run("compares late charges with control totals that came late too, and with no others", func(t *testing.T) {
		d := closed(t)
		d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
		ref := restate(t, d, order)
		_, err := freezeOf(d, ref)
		require.NoError(t, err)
		totals, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.True(t, totals[1].Apart)
		d.withdraw(ref)
		d.load(intake.KindInvoices, totalRows(month, closing.ControlTotal{BillingAccountID: "1", InvoiceID: "INV-1", Currency: "USD", BilledCost: decimalOf("28").Decimal}))
		ref = restate(t, d, order)
		_, err = freezeOf(d, ref)
		require.NoError(t, err)
		totals, err = d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.False(t, totals[1].Apart)
		control, err := d.store.ControlTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, control, 1)
		assert.Equal(t, "28", control[0].BilledCost.String())
	})
}

// finishRestatement approves a restatement that is frozen, without cells, and closes it.
func (d *deliveries) finishRestatement(t *testing.T, ref closing.AttemptRef) {
	t.Helper()
	periods := postgres.NewClosing(d.pool)
	status, err := periods.Period(context.Background(), "main", ref.Period)
	require.NoError(t, err)
	hash := ledger.CombineHashes(status.ManifestHash, nil)
	require.NoError(t, periods.SaveResult(context.Background(), ref, hash, nil))
	require.NoError(t, periods.AwaitApproval(context.Background(), ref, deadline(ref.Period)))
	d.finish(ref, hash)
}

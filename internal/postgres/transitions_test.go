package postgres_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// TestTransitions tries every change of a period in every state.
func TestTransitions(t *testing.T) {
	reach := map[closing.State]func(*testing.T, *bench) closing.AttemptRef{
		closing.StateClosing:          func(t *testing.T, b *bench) closing.AttemptRef { return b.open(t, september) },
		closing.StateAwaitingApproval: func(t *testing.T, b *bench) closing.AttemptRef { ref, _ := b.await(t, september); return ref },
		closing.StatePublishing:       func(t *testing.T, b *bench) closing.AttemptRef { return b.approve(t, september) },
		closing.StateClosed:           func(t *testing.T, b *bench) closing.AttemptRef { return b.close(t, september) },
		closing.StateFailed: func(t *testing.T, b *bench) closing.AttemptRef {
			ref := b.approve(t, september)
			require.NoError(t, b.periods.Fail(ctx, ref, "unavailable", "billing is down"))
			return ref
		},
		closing.StateOpen: func(t *testing.T, b *bench) closing.AttemptRef {
			ref := b.open(t, september)
			require.NoError(t, b.periods.Reopen(ctx, ref, nil, "cancelled"))
			return ref
		},
	}
	changes := map[string]struct {
		do func(*bench, closing.AttemptRef) error
		// to says where each state leads; a state that is missing refuses.
		to map[closing.State]closing.State
	}{
		"progress": {
			func(b *bench, ref closing.AttemptRef) error { return b.periods.Progress(ctx, ref, "allocate", 1, 2) },
			map[closing.State]closing.State{
				closing.StateClosing: closing.StateClosing, closing.StateAwaitingApproval: closing.StateAwaitingApproval,
				closing.StatePublishing: closing.StatePublishing,
			},
		},
		"save manifest": {
			func(b *bench, ref closing.AttemptRef) error {
				changed := manifest(ref)
				changed.Currency = "EUR"
				_, err := b.periods.SaveManifest(ctx, ref, changed)
				return err
			},
			map[closing.State]closing.State{closing.StateClosing: closing.StateClosing},
		},
		"save reconciliation": {
			func(b *bench, ref closing.AttemptRef) error {
				return b.periods.SaveReconciliation(ctx, ref, closing.Reconciliation{WithoutControlTotal: 1})
			},
			map[closing.State]closing.State{closing.StateClosing: closing.StateClosing},
		},
		"save result": {
			func(b *bench, ref closing.AttemptRef) error { return b.periods.SaveResult(ctx, ref, "other", nil) },
			map[closing.State]closing.State{closing.StateClosing: closing.StateClosing},
		},
		"await approval without a result": {
			func(b *bench, ref closing.AttemptRef) error {
				return b.periods.AwaitApproval(ctx, ref, deadline(september))
			},
			map[closing.State]closing.State{closing.StateAwaitingApproval: closing.StateAwaitingApproval},
		},
		"approve": {
			func(b *bench, ref closing.AttemptRef) error {
				status, err := b.periods.Period(ctx, b.book, september)
				if err != nil {
					return err
				}
				mine := decision(ref, status.ResultHash, approval.Approve)
				mine.ID = "another decision"
				_, err = b.periods.Approve(ctx, ref, mine, postings(ref))
				return err
			},
			map[closing.State]closing.State{closing.StateAwaitingApproval: closing.StatePublishing},
		},
		"reopen": {
			func(b *bench, ref closing.AttemptRef) error { return b.periods.Reopen(ctx, ref, nil, "cancelled") },
			map[closing.State]closing.State{
				closing.StateClosing: closing.StateOpen, closing.StateAwaitingApproval: closing.StateOpen,
				closing.StateOpen: closing.StateOpen,
			},
		},
		"reject": {
			func(b *bench, ref closing.AttemptRef) error {
				status, err := b.periods.Period(ctx, b.book, september)
				if err != nil {
					return err
				}
				no := decision(ref, status.ResultHash, approval.Reject)
				return b.periods.Reopen(ctx, ref, &no, "too dear")
			},
			map[closing.State]closing.State{closing.StateAwaitingApproval: closing.StateOpen, closing.StateOpen: closing.StateOpen},
		},
		"fail": {
			func(b *bench, ref closing.AttemptRef) error { return b.periods.Fail(ctx, ref, "internal", "a defect") },
			map[closing.State]closing.State{
				closing.StateClosing: closing.StateFailed, closing.StateAwaitingApproval: closing.StateFailed,
				closing.StatePublishing: closing.StateFailed, closing.StateFailed: closing.StateFailed,
			},
		},
		"close before delivery": {
			func(b *bench, ref closing.AttemptRef) error { return b.periods.Close(ctx, ref) },
			map[closing.State]closing.State{closing.StateClosed: closing.StateClosed},
		},
	}
	pool := postgrestest.New(t)
	for name, change := range changes {
		for from, arrive := range reach {
			to, allowed := change.to[from]
			title := name + " is refused when " + string(from)
			if allowed {
				title = name + " leads from " + string(from) + " to " + string(to)
			}
			t.Run(title, func(t *testing.T) {
				b := newBook(t, pool, bookOf(t))
				ref := arrive(t, b)
				err := change.do(b, ref)
				if allowed {
					require.NoError(t, err)
					require.Equal(t, to, b.state(t, september))
					return
				}
				require.True(t, fault.Is(err, fault.Conflict), "%v", err)
				require.Equal(t, from, b.state(t, september))
			})
		}
	}
}

func TestReopen(t *testing.T) {
	pool := postgrestest.New(t)
	t.Run("keeps the reason and the decision of a rejection on record", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		no := decision(ref, hash, approval.Reject)
		require.NoError(t, b.periods.Reopen(ctx, ref, &no, "storage is too dear"))
		require.NoError(t, b.periods.Reopen(ctx, ref, &no, "storage is too dear"))
		status, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, status.State)
		require.Equal(t, "storage is too dear", status.Reason)
		list, err := b.periods.Decisions(ctx, b.book, september)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, approval.Reject, list[0].Verdict)
		require.Equal(t, 2, b.open(t, september).Attempt)
	})
	t.Run("refuses an attempt that another followed", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		first := b.open(t, september)
		require.NoError(t, b.periods.Reopen(ctx, first, nil, "cancelled"))
		b.open(t, september)
		require.True(t, fault.Is(b.periods.Fail(ctx, first, "internal", "late"), fault.Conflict))
		require.Equal(t, closing.StateClosing, b.state(t, september))
	})
	t.Run("gives up what failed before it was approved", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref := b.open(t, september)
		require.NoError(t, b.periods.Fail(ctx, ref, "not_balanced", "invoice 7 differs"))
		require.NoError(t, b.periods.Reopen(ctx, ref, nil, "cancelled"))
		require.Equal(t, closing.StateOpen, b.state(t, september))
	})
	t.Run("does not know an attempt that never was", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		err := b.periods.Reopen(ctx, closing.AttemptRef{Book: b.book, Period: september, Attempt: 4}, nil, "cancelled")
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestRecords(t *testing.T) {
	b := newBench(t)
	ref := b.open(t, september)
	t.Run("a manifest is frozen once", func(t *testing.T) {
		_, err := b.periods.Manifest(ctx, ref)
		require.True(t, fault.Is(err, fault.NotFound))
		first, err := b.periods.SaveManifest(ctx, ref, manifest(ref))
		require.NoError(t, err)
		again, err := b.periods.SaveManifest(ctx, ref, manifest(ref))
		require.NoError(t, err)
		require.Equal(t, first, again)
		stored, err := b.periods.Manifest(ctx, ref)
		require.NoError(t, err)
		require.Equal(t, first, stored.Hash())
		other := manifest(ref)
		other.Rules = nil
		_, err = b.periods.SaveManifest(ctx, ref, other)
		require.True(t, fault.Is(err, fault.Conflict))
	})
	t.Run("progress and reconciliation show in the status", func(t *testing.T) {
		require.NoError(t, b.periods.Progress(ctx, ref, "reconcile", 3, 9))
		require.NoError(t, b.periods.SaveReconciliation(ctx, ref, closing.Reconciliation{WithoutControlTotal: 2}))
		status, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		require.Equal(t, "reconcile", status.Step)
		require.EqualValues(t, 3, status.StepDone)
		require.EqualValues(t, 9, status.StepTotal)
		require.Equal(t, 2, status.Reconciliation.WithoutControlTotal)
	})
	t.Run("refused decisions are kept, once each, beside the accepted one", func(t *testing.T) {
		refused := decision(ref, "abc", approval.Approve)
		for range 2 {
			require.NoError(t, b.periods.RecordDecision(ctx, ref, refused, string(fault.Forbidden)))
		}
		require.NoError(t, b.periods.RecordDecision(ctx, ref, refused, string(fault.Gone)))
		list, err := b.periods.Decisions(ctx, b.book, september)
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "forbidden", list[0].Refusal)
		require.True(t, fault.Is(b.periods.RecordDecision(ctx, ref, refused, ""), fault.InvalidInput))
	})
	t.Run("people are told what happened", func(t *testing.T) {
		require.NoError(t, b.periods.Fail(ctx, ref, "not_balanced", "invoice 7 differs"))
		pending, err := b.outbox.Pending(ctx, outbox.TopicNotification, "", 10)
		require.NoError(t, err)
		require.Len(t, pending, 1)
		var told closing.Notification
		require.NoError(t, json.Unmarshal(pending[0].Payload, &told))
		require.Equal(t, closing.NotifyFailed, told.Kind)
		require.Equal(t, "invoice 7 differs", told.Reason)
	})
}

func TestPeriods(t *testing.T) {
	b := newBench(t)
	early := period.New(2024, 9)
	b.charge(t, early, "any")
	b.close(t, september)
	list := func(before period.Period, limit int) []period.Period {
		statuses, err := b.periods.Periods(ctx, b.book, before, limit)
		require.NoError(t, err)
		var months []period.Period
		for _, status := range statuses {
			months = append(months, status.Period)
		}
		return months
	}
	t.Run("are listed newest first in pages", func(t *testing.T) {
		require.Equal(t, []period.Period{october, september, early}, list(october.Next(), 10))
		require.Equal(t, []period.Period{october}, list(october.Next(), 1))
		require.Equal(t, []period.Period{september, early}, list(october, 10))
	})
	t.Run("begin with the present month", func(t *testing.T) {
		require.Equal(t, period.Of(now()), list(period.Period{}, 1)[0])
	})
	t.Run("without a row are open", func(t *testing.T) {
		statuses, err := b.periods.Periods(ctx, b.book, october.Next(), 2)
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, statuses[0].State)
		require.Zero(t, statuses[0].Attempt)
		require.Equal(t, closing.StateClosed, statuses[1].State)
		require.Equal(t, "12.5", statuses[1].Totals[0].Billed.String())
	})
}

// bookOf names a book after the test that uses it.
func bookOf(t *testing.T) string {
	sum := sha256.Sum256([]byte(t.Name()))
	return "book-" + hex.EncodeToString(sum[:8])
}

// charge puts a sealed slice of charges into a month, as an import does.
func (b *bench) charge(t testing.TB, month period.Period, account string) {
	t.Helper()
	batch := uuid.NewString()
	_, err := b.pool.Exec(ctx, `INSERT INTO input_batches (batch_id, kind, source, name, status, created_by)
		VALUES ($1, 'charges', 'file', 'bill.csv', 'sealed', 'olga')`, batch)
	require.NoError(t, err)
	_, err = b.pool.Exec(ctx, `INSERT INTO input_slices (batch_id, kind, scope, period, content_hash, rows, status)
		VALUES ($1, 'charges', $2, $3, 'ab', 1, 'current')`, batch, account, month.String())
	require.NoError(t, err)
}

// restate opens a restatement that must start.
func (b *bench) restate(t testing.TB, month period.Period) closing.AttemptRef {
	t.Helper()
	status, started, err := b.periods.OpenRestatement(ctx, b.request(month), closing.Restatement{Reason: "a credit came late"})
	require.NoError(t, err)
	require.True(t, started)
	return status.Ref()
}

// awaitRestatement brings a restatement to where people are asked about its deltas.
func (b *bench) awaitRestatement(t testing.TB, month period.Period) (closing.AttemptRef, string) {
	t.Helper()
	ref := b.restate(t, month)
	hash := b.calculate(t, ref, 2, 3)
	require.NoError(t, b.periods.AwaitApproval(ctx, ref, deadline(month)))
	return ref, hash
}

func TestRestatement(t *testing.T) {
	pool := postgrestest.New(t)
	closed := func(t *testing.T) *bench {
		b := newBook(t, pool, bookOf(t))
		b.close(t, september)
		return b
	}
	status := func(t *testing.T, b *bench) closing.Status {
		found, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		return found
	}
	t.Run("starts from the latest revision, once", func(t *testing.T) {
		b := closed(t)
		before := status(t, b)
		ref := b.restate(t, september)
		require.Equal(t, closing.AttemptRef{Book: b.book, Period: september, Attempt: 2, Restates: 2}, ref)
		require.Equal(t, "period-restatement:"+b.book+":2025-09:2", ref.WorkflowID())
		restated, err := b.periods.Restated(ctx, ref)
		require.NoError(t, err)
		require.Equal(t, before.Ref(), restated.Base)
		require.Equal(t, before.ResultHash, restated.ResultHash)
		require.Equal(t, 1, restated.Revision)
		_, _, err = b.periods.OpenRestatement(ctx, b.request(september), closing.Restatement{Reason: "another"})
		require.True(t, fault.Is(err, fault.Conflict), "nobody is told that another's restatement is theirs")
		again, started, err := b.periods.OpenRestatement(ctx, b.request(september), closing.Restatement{
			Reason: "a credit came late", Rules: closing.OriginOriginal,
		})
		require.NoError(t, err)
		require.False(t, started)
		require.Equal(t, ref, again.Ref())
		require.Equal(t, "a credit came late", again.Restatement.Reason)
		_, started, err = b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.False(t, started, "a close finds the restatement running")
	})
	t.Run("is refused before a first revision, without a reason and for unknown origins", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		_, _, err := b.periods.OpenRestatement(ctx, b.request(september), closing.Restatement{Reason: "too early"})
		require.True(t, fault.Is(err, fault.Conflict))
		b.open(t, september)
		_, _, err = b.periods.OpenRestatement(ctx, b.request(september), closing.Restatement{Reason: "too early"})
		require.True(t, fault.Is(err, fault.Conflict))
		for _, wrong := range []closing.Restatement{{}, {Reason: "x", Rules: "newest"}, {Reason: "x", Owners: "mine"}} {
			_, _, err = b.periods.OpenRestatement(ctx, b.request(september), wrong)
			require.True(t, fault.Is(err, fault.InvalidInput))
		}
		_, err = b.periods.Restated(ctx, closing.AttemptRef{Book: b.book, Period: september, Attempt: 1})
		require.True(t, fault.Is(err, fault.NotFound))
	})
	t.Run("given up in any way leaves the period closed as it was", func(t *testing.T) {
		b := closed(t)
		before := status(t, b)
		ref, hash := b.awaitRestatement(t, september)
		no := decision(ref, hash, approval.Reject)
		require.NoError(t, b.periods.Reopen(ctx, ref, &no, "not now"))
		require.NoError(t, b.periods.Reopen(ctx, b.restate(t, september), nil, "cancelled"))
		after := status(t, b)
		require.Equal(t, closing.StateClosed, after.State)
		require.Equal(t, "cancelled", after.Reason)
		require.Equal(t, 3, after.Attempt)
		require.Equal(t, []any{before.Revision, before.ResultHash, before.ManifestHash, before.Totals},
			[]any{after.Revision, after.ResultHash, after.ManifestHash, after.Totals})
	})
	t.Run("approved makes the next revision, and the bill is the sum of both", func(t *testing.T) {
		b := closed(t)
		ref, hash := b.awaitRestatement(t, september)
		for _, base := range []int{0, 1} {
			pending, err := b.ledger.Cells(ctx, ledger.Filter{
				Book: b.book, Period: september, Attempt: ref.Attempt, Revision: base, Deltas: base == 0,
			}, ledger.Position{}, 1000)
			require.NoError(t, err)
			for _, cell := range pending {
				require.Equal(t, 2, cell.Revision, "pending cells have the number that they will have")
			}
		}
		revision, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
		require.Equal(t, 2, revision)
		b.deliver(t)
		require.NoError(t, b.periods.Close(ctx, ref))
		sum := func(filter ledger.Filter) (count int, total decimal.Decimal) {
			filter.Book, filter.Period = b.book, september
			cells, err := b.ledger.Cells(ctx, filter, ledger.Position{}, 1000)
			require.NoError(t, err)
			for _, cell := range cells {
				require.Equal(t, filter.Revision, cell.Revision)
				total = total.Add(cell.Amount)
			}
			return len(cells), total
		}
		first, old := sum(ledger.Filter{Revision: 1})
		changed, delta := sum(ledger.Filter{Revision: 2, Deltas: true})
		whole, now := sum(ledger.Filter{Revision: 2})
		require.Equal(t, []int{15, 8, 15}, []int{first, changed, whole})
		require.True(t, old.Add(delta).Equal(now))
		var pages []ledger.Cell
		for position := start; ; {
			page, err := b.ledger.Cells(ctx, ledger.Filter{Book: b.book, Period: september, Revision: 2}, position, 4)
			require.NoError(t, err)
			pages = append(pages, page...)
			if len(page) < 4 {
				break
			}
			last := page[3]
			position = ledger.Position{Stage: last.Stage, Pool: last.Pool, Currency: last.Currency, Account: last.Account}
		}
		require.Len(t, pages, whole, "the same in pages")
	})
	t.Run("that failed is taken up again, or given up by a close, and holds up no other month", func(t *testing.T) {
		b := closed(t)
		require.NoError(t, b.periods.Fail(ctx, b.restate(t, september), "invalid_input", "pool x has no rule"))
		b.open(t, october)
		ref := b.restate(t, september)
		require.Equal(t, closing.AttemptRef{Book: b.book, Period: september, Attempt: 3, Restates: 2}, ref)
		require.NoError(t, b.periods.Fail(ctx, ref, "invalid_input", "pool x has no rule"))
		given, started, err := b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.False(t, started)
		require.Equal(t, closing.StateClosed, given.State)
		require.Equal(t, 1, given.Revision)
	})
	t.Run("that failed after its approval goes on with publishing, whoever asks", func(t *testing.T) {
		b := closed(t)
		ref, hash := b.awaitRestatement(t, september)
		_, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
		require.NoError(t, b.periods.Fail(ctx, ref, "unavailable", "billing is down"))
		resumed, started, err := b.periods.OpenRestatement(ctx, b.request(september), closing.Restatement{Reason: "another"})
		require.NoError(t, err)
		require.True(t, started)
		require.Equal(t, closing.StatePublishing, resumed.State)
		require.Equal(t, ref.WorkflowID(), resumed.Ref().WorkflowID())
		b.deliver(t)
		require.NoError(t, b.periods.Close(ctx, resumed.Ref()))
		require.Equal(t, 2, status(t, b).Revision)
	})
}

package activities

import (
	"context"
	"iter"

	"github.com/shopspring/decimal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Verified is the hash that people approve, and what it stands for in numbers.
type Verified struct {
	ResultHash   string `json:"result_hash"`
	Transactions int    `json:"transactions"`
	Cells        int64  `json:"cells"`
}

// VerifyResult reads back what was stored and checks it against itself and against the bill: each
// transaction's entries sum to its amount, what a pool passes on is split in a later stage, and per
// currency tenants and accounts sum to what is billed. What does not add up is a NotBalanced error. It
// then records the result's hash, which covers what was noted as well.
func (a *Allocation) VerifyResult(ctx context.Context, ref closing.AttemptRef) (Verified, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepVerify)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	defer pulse.stop()
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	stored := newTally()
	transactions := stored.watch(a.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt))
	base, err := closing.HashedWith(status.ManifestHash, status.Totals)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	hash, err := ledger.ResultHash(base, transactions)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	if err := stored.compare(status.Totals); err != nil {
		return Verified{}, ApplicationError(err)
	}
	if err := a.Periods.SaveResult(ctx, ref, hash, status.Totals); err != nil {
		return Verified{}, ApplicationError(err)
	}
	return Verified{ResultHash: hash, Transactions: stored.transactions, Cells: stored.cells}, nil
}

// tally sums stored transactions by currency, apart from the engine that computed them.
type tally struct {
	transactions int
	cells        int64
	currencies   map[string]*currencyTally
	// passed holds, by currency and pool, what was passed on to pools whose transaction is to come.
	passed map[[2]string]decimal.Decimal
}

type currencyTally struct {
	tenants, accounts decimal.Decimal
	cells             int64
}

func newTally() *tally {
	return &tally{currencies: map[string]*currencyTally{}, passed: map[[2]string]decimal.Decimal{}}
}

// watch passes transactions on and sums them. One that does not balance ends the sequence with its
// error.
func (t *tally) watch(transactions iter.Seq2[ledger.Transaction, error]) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for transaction, err := range transactions {
			if err == nil {
				err = transaction.Check()
			}
			if err == nil {
				t.add(transaction)
			}
			if !yield(transaction, err) || err != nil {
				return
			}
		}
	}
}

func (t *tally) add(transaction ledger.Transaction) {
	sums := t.currencies[transaction.Key.Currency]
	if sums == nil {
		sums = &currencyTally{}
		t.currencies[transaction.Key.Currency] = sums
	}
	t.transactions++
	delete(t.passed, [2]string{transaction.Key.Currency, ledger.PoolAccount(transaction.Key.Pool)})
	for _, entry := range transaction.Entries {
		if ledger.IsTransfer(entry.Account) {
			t.passed[[2]string{transaction.Key.Currency, entry.Account}] = entry.Amount
			continue
		}
		t.cells++
		sums.cells++
		if allocation.IsAccount(entry.Account) {
			sums.accounts = sums.accounts.Add(entry.Amount)
			continue
		}
		sums.tenants = sums.tenants.Add(entry.Amount)
	}
}

// compare checks the sums of what is stored against the totals that the engine reported.
func (t *tally) compare(totals []closing.CurrencyTotal) error {
	for to, amount := range t.passed {
		return fault.New(fault.NotBalanced, "%s %s were passed on to %s, which has no transaction in a later stage", amount, to[0], to[1])
	}
	if len(totals) != len(t.currencies) {
		return fault.New(fault.NotBalanced, "the stored result has %d currencies, the bill %d", len(t.currencies), len(totals))
	}
	for _, total := range totals {
		sums := t.currencies[total.Currency]
		if sums == nil {
			return fault.New(fault.NotBalanced, "the stored result has nothing in %s, which the bill has", total.Currency)
		}
		whole := sums.tenants.Add(sums.accounts)
		switch {
		case !whole.Equal(total.Billed):
			return fault.New(fault.NotBalanced, "the stored cells sum to %s %s, the bill to %s; the difference is %s",
				whole, total.Currency, total.Billed, whole.Sub(total.Billed))
		case !sums.tenants.Equal(total.Tenants):
			return fault.New(fault.NotBalanced, "the tenants' stored cells sum to %s %s, the computed ones to %s", sums.tenants, total.Currency, total.Tenants)
		case sums.cells != total.Cells:
			return fault.New(fault.NotBalanced, "%d cells in %s are stored, %d were computed", sums.cells, total.Currency, total.Cells)
		}
	}
	return nil
}

// VerifyResult calls the activity of that name.
func VerifyResult(ctx workflow.Context, ref closing.AttemptRef) (Verified, error) {
	return execute[Verified](ctx, allocations.VerifyResult, "reads back what was stored, and checks its sums", ref)
}

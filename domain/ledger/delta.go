package ledger

import (
	"iter"
	"slices"
	"strings"
)

// Deltas yields what has to be added to an old bill to make a new one, in key order: a transaction
// under the new one's key for every pool in which a cell differs, with the cells that do. Both come in
// key order; attempts do not matter, they are several for a bill of several revisions. A cell that one
// bill lacks counts as zero. Errors of either end the sequence.
//
// Deltas of one key are the entries that differ, so that old + deltas = new holds cell by cell, and
// with it for every tenant, pool and currency.
func Deltas(old, wanted iter.Seq2[Transaction, error], attempt int) iter.Seq2[Transaction, error] {
	return func(yield func(Transaction, error) bool) {
		for pair, err := range pairs(old, wanted) {
			if err != nil {
				yield(Transaction{}, err)
				return
			}
			delta := pair.delta()
			delta.Key.Attempt = attempt
			if len(delta.Entries) > 0 && !yield(delta, nil) {
				return
			}
		}
	}
}

// pair is one pool of two bills; entries are empty where a bill lacks it.
type pair struct{ old, wanted Transaction }

// pairs merges two bills by key.
func pairs(old, wanted iter.Seq2[Transaction, error]) iter.Seq2[pair, error] {
	return func(yield func(pair, error) bool) {
		nextOld, stopOld := iter.Pull2(old)
		defer stopOld()
		nextNew, stopNew := iter.Pull2(wanted)
		defer stopNew()
		a, errA, moreOld := nextOld()
		b, errB, moreNew := nextNew()
		for moreOld || moreNew {
			if errA != nil || errB != nil {
				yield(pair{}, firstOf(errA, errB))
				return
			}
			var next pair
			order := comparePools(a, b, moreOld, moreNew)
			if order <= 0 {
				next.old, next.wanted.Key = a, a.Key
				a, errA, moreOld = nextOld()
			}
			if order >= 0 {
				next.wanted = b
				b, errB, moreNew = nextNew()
			}
			if !yield(next, nil) {
				return
			}
		}
	}
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// comparePools orders two transactions by key without the attempt; one that is missing comes last.
func comparePools(a, b Transaction, hasA, hasB bool) int {
	switch {
	case !hasA:
		return 1
	case !hasB:
		return -1
	}
	a.Key.Attempt, b.Key.Attempt = 0, 0
	return a.Key.Compare(b.Key)
}

// delta subtracts account by account.
func (p pair) delta() Transaction {
	delta := Transaction{Key: p.wanted.Key}
	add := func(account string, entry Entry, negative bool) {
		if negative {
			entry.Amount = entry.Amount.Neg()
		}
		if last := len(delta.Entries) - 1; last >= 0 && delta.Entries[last].Account == account {
			delta.Entries[last].Amount = delta.Entries[last].Amount.Add(entry.Amount)
			return
		}
		delta.Entries = append(delta.Entries, Entry{Account: account, Amount: entry.Amount})
	}
	old, wanted := p.old.Entries, p.wanted.Entries
	for len(old) > 0 || len(wanted) > 0 {
		if len(wanted) == 0 || (len(old) > 0 && strings.Compare(old[0].Account, wanted[0].Account) <= 0) {
			add(old[0].Account, old[0], true)
			old = old[1:]
			continue
		}
		add(wanted[0].Account, wanted[0], false)
		wanted = wanted[1:]
	}
	delta.Entries = slices.DeleteFunc(delta.Entries, func(e Entry) bool { return e.Amount.IsZero() })
	for _, entry := range delta.Entries {
		delta.Amount = delta.Amount.Add(entry.Amount)
	}
	return delta
}

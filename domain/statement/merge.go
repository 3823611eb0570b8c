package statement

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Merge adds up transactions of the same stage, pool and currency of several attempts, each sequence
// in key order, entry by entry. One transaction per sequence is in memory at a time. Errors end it.
func Merge(sequences ...iter.Seq2[ledger.Transaction, error]) iter.Seq2[ledger.Transaction, error] {
	if len(sequences) == 1 {
		return sequences[0]
	}
	return func(yield func(ledger.Transaction, error) bool) {
		heads := make([]*head, len(sequences))
		for i, sequence := range sequences {
			heads[i] = &head{}
			var stop func()
			heads[i].next, stop = iter.Pull2(sequence)
			defer stop()
			heads[i].advance()
		}
		for {
			var first *head
			for _, candidate := range heads {
				if candidate.more && candidate.err == nil && (first == nil || compareKeys(candidate.Key, first.Key) < 0) {
					first = candidate
				}
				if candidate.err != nil {
					yield(ledger.Transaction{}, candidate.err)
					return
				}
			}
			if first == nil || !yield(take(heads, first.Key), nil) {
				return
			}
		}
	}
}

// head is where a sequence stands.
type head struct {
	ledger.Transaction
	next func() (ledger.Transaction, error, bool)
	err  error
	more bool
}

func (h *head) advance() { h.Transaction, h.err, h.more = h.next() }

// take sums and passes every head that stands at a key.
func take(heads []*head, key ledger.Key) ledger.Transaction {
	sum := ledger.Transaction{Key: key}
	for _, each := range heads {
		if !each.more || each.err != nil || compareKeys(each.Key, key) != 0 {
			continue
		}
		sum.Amount = sum.Amount.Add(each.Amount)
		sum.Entries = addEntries(sum.Entries, each.Entries)
		each.advance()
	}
	return sum
}

// compareKeys leaves the attempt out.
func compareKeys(a, b ledger.Key) int {
	return cmp.Or(cmp.Compare(a.Stage, b.Stage), strings.Compare(a.Pool, b.Pool), strings.Compare(a.Currency, b.Currency))
}

// addEntries merges two lists in byte order of account.
func addEntries(a, b []ledger.Entry) []ledger.Entry {
	if len(a) == 0 {
		return b
	}
	merged := slices.Concat(a, b)
	slices.SortStableFunc(merged, func(x, y ledger.Entry) int { return strings.Compare(x.Account, y.Account) })
	kept := merged[:0]
	for _, entry := range merged {
		if last := len(kept) - 1; last >= 0 && kept[last].Account == entry.Account {
			kept[last].Amount = kept[last].Amount.Add(entry.Amount)
			continue
		}
		kept = append(kept, entry)
	}
	return kept
}

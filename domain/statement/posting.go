package statement

import (
	"cmp"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// post rounds the totals of the revision, and of the one before it to know what changes.
func (p *Publication) post(totals [][]ledger.AccountTotal) error {
	var sums allocation.AccountTotals
	var before []allocation.PostingLine
	for i, attempt := range totals {
		for _, total := range attempt {
			sums.Add(total.Currency, total.Account, total.Amount)
		}
		lines, err := sums.Post(p.Book.PostingDigits)
		if err != nil {
			return err
		}
		if i == len(totals)-1 {
			before = p.lines
		}
		p.lines = lines
	}
	p.changes = difference(before, p.lines)
	return nil
}

// difference returns what leads from old lines to new ones, in byte order of currency and account.
func difference(before, after []allocation.PostingLine) []allocation.PostingLine {
	changes := slices.Clone(after)
	places := make(map[accountKey]int, len(changes))
	for i, line := range changes {
		places[accountKey{line.Account, line.Currency}] = i
	}
	for _, old := range before {
		place, kept := places[accountKey{old.Account, old.Currency}]
		if !kept {
			old.Amount = old.Amount.Neg()
			changes = append(changes, old)
			continue
		}
		changes[place].Amount = changes[place].Amount.Sub(old.Amount)
	}
	slices.SortFunc(changes, func(a, b allocation.PostingLine) int {
		return cmp.Or(strings.Compare(a.Currency, b.Currency), strings.Compare(a.Account, b.Account))
	})
	return changes
}

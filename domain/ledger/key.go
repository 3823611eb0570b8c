package ledger

import (
	"cmp"
	"fmt"
)

// Compare orders keys by book, period, stage, pool and currency, in byte order; the attempt comes
// last, so that the same results of two attempts stand in the same order.
func (k Key) Compare(other Key) int {
	return cmp.Or(
		cmp.Compare(k.Book, other.Book),
		cmp.Compare(k.Period.String(), other.Period.String()),
		cmp.Compare(k.Stage, other.Stage),
		cmp.Compare(k.Pool, other.Pool),
		cmp.Compare(k.Currency, other.Currency),
		cmp.Compare(k.Attempt, other.Attempt),
	)
}

// String names the transaction in a sentence.
func (k Key) String() string {
	return fmt.Sprintf("book %s, period %s, attempt %d, stage %d, pool %s, %s",
		k.Book, k.Period, k.Attempt, k.Stage, k.Pool, k.Currency)
}

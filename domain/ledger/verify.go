package ledger

import (
	"iter"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Report says what a verified chain holds.
type Report struct {
	Head
	Entries int64 `json:"entries"`
}

// Verify walks a book's sealed transactions in the order of their index and compares every hash
// with what is stored, and the end with the head. The first row that was edited, dropped or
// reordered is named in a Tampered error; errors of the iterator are returned as they are. It holds
// one transaction at a time.
//
// Whoever can write to the database can also rewrite a whole chain with its head; only a head noted
// down elsewhere shows that.
func Verify(head Head, sealed iter.Seq2[Sealed, error]) (Report, error) {
	report := Report{Head: Head{Book: head.Book}}
	next, stop := iter.Pull2(sealed)
	defer stop()
	for {
		transaction, err, more := next()
		if !more {
			break
		}
		if err != nil {
			return report, err
		}
		_, expected := report.Append(transaction.ContentHash, transaction.Key.Attempt, transaction.Revision)
		if err := checkPlace(report.Head, expected, transaction, next); err != nil {
			return report, err
		}
		if err := checkContent(transaction); err != nil {
			return report, err
		}
		report.Head = expected
		report.Entries += int64(len(transaction.Entries))
	}
	return report, checkHead(report.Head, head)
}

// checkPlace compares a transaction's link with the one that it must have after so many others.
func checkPlace(before, expected Head, t Sealed, next func() (Sealed, error, bool)) error {
	// The hash covers index and predecessor, so of the two columns and the hash either all fit or the
	// row was touched. What remains is to tell an edited row from one that stands in a wrong place.
	inPlace := t.Index == expected.Transactions && t.PreviousHash == before.Hash
	switch {
	case inPlace && t.ChainHash == expected.Hash:
		return nil
	case inPlace || t.ChainHash == expected.Hash:
		// It follows the right one, so what its hash covers has changed, or the hash itself.
		return fault.New(fault.Tampered, "ledger transaction %d (%s) was edited: its row does not match its chain hash", expected.Transactions, t.Key)
	}
	// Its predecessor stands later in the chain, or nowhere.
	for {
		later, err, more := next()
		if err != nil {
			return err
		}
		if !more {
			return fault.New(fault.Tampered, "ledger transaction %d of book %s was dropped: the next one there (%s) does not follow what is before it",
				expected.Transactions, before.Book, t.Key)
		}
		if later.ChainHash == t.PreviousHash {
			return fault.New(fault.Tampered, "ledger transaction %d (%s) was reordered: it was sealed after %s, which now stands behind it",
				expected.Transactions, t.Key, later.Key)
		}
	}
}

// checkContent compares a transaction's entries with what was sealed. The count comes first: it
// makes a clearer sentence than a hash.
func checkContent(t Sealed) error {
	if int64(len(t.Entries)) != t.Count {
		return fault.New(fault.Tampered, "ledger transaction %d (%s) was edited: it holds %d entries where %d were sealed",
			t.Index, t.Key, len(t.Entries), t.Count)
	}
	if ContentHash(t.Transaction) != t.ContentHash {
		return fault.New(fault.Tampered, "ledger transaction %d (%s) was edited: its amounts or accounts do not match the hash that they were sealed with",
			t.Index, t.Key)
	}
	// The credit is not part of the content, because it follows from it.
	if !t.Credit.Valid || !t.Credit.Decimal.Equal(t.Amount.Neg()) {
		return fault.New(fault.Tampered, "ledger transaction %d (%s) was edited: the pool's credit is not the negated amount %s",
			t.Index, t.Key, t.Amount)
	}
	return nil
}

// checkHead compares the end of the walk with the head that was stored with the last approval.
func checkHead(reached, stored Head) error {
	switch {
	case reached == stored:
		return nil
	case reached.Transactions < stored.Transactions:
		return fault.New(fault.Tampered, "ledger transaction %d of book %s was dropped: the chain ends with %d, its head counts %d",
			reached.Transactions+1, stored.Book, reached.Transactions, stored.Transactions)
	default:
		return fault.New(fault.Tampered, "the head of book %s was edited: it counts %d transactions and hash %.12s, the chain has %d and %.12s",
			stored.Book, stored.Transactions, stored.Hash, reached.Transactions, reached.Hash)
	}
}

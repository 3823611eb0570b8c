package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
)

// BillHash returns the SHA-256, in hexadecimal, of what a bill amounts to cell by cell, in key order.
// Cells of zero, and pools that have no others, are left out, as they are from deltas: two bills hash
// alike when and only when every tenant and account owes the same for every pool in every currency.
// Errors of the iterator are returned as they are.
func BillHash(transactions iter.Seq2[Transaction, error]) (string, error) {
	digest := sha256.New()
	digest.Write(appendText(nil, "omnicloud-bill-1"))
	for transaction, err := range transactions {
		if err != nil {
			return "", err
		}
		owed := Transaction{Key: transaction.Key}
		for _, entry := range transaction.Entries {
			if !entry.Amount.IsZero() {
				owed.Entries = append(owed.Entries, entry)
				owed.Amount = owed.Amount.Add(entry.Amount)
			}
		}
		if len(owed.Entries) > 0 {
			digest.Write(appendContent(nil, owed))
		}
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ResultHash returns the SHA-256, in hexadecimal, over the hash of the manifest and the canonical
// encoding of every transaction in key order: what people approve. It depends on inputs and amounts
// alone, never on attempts, times or random ids, so that the same manifest always gives the same
// hash. Transactions out of order are an InvalidInput error; errors of the iterator are returned as
// they are.
func ResultHash(manifestHash string, transactions iter.Seq2[Transaction, error]) (string, error) {
	sum := sha256.New()
	sum.Write(appendText(appendText(nil, resultVersion), manifestHash))
	var buffer []byte
	var last Key
	for transaction, err := range transactions {
		if err != nil {
			return "", err
		}
		if last.Book != "" && last.Compare(transaction.Key) >= 0 {
			return "", fault.New(fault.InvalidInput, "ledger transaction of %s comes after %s; a result is hashed in key order", transaction.Key, last)
		}
		last = transaction.Key
		buffer = appendContent(buffer[:0], transaction)
		sum.Write(buffer)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ResultHash returns the SHA-256, in hexadecimal, over the hash of the manifest and the content hash
// of every transaction in key order: what people approve. It depends on inputs and amounts alone,
// never on attempts, times or random ids, so that the same manifest always gives the same hash.
// Transactions out of order are an InvalidInput error; errors of the iterator are returned as they
// are.
func ResultHash(manifestHash string, transactions iter.Seq2[Transaction, error]) (string, error) {
	var hashes []string
	var last Key
	for transaction, err := range transactions {
		if err != nil {
			return "", err
		}
		if len(hashes) > 0 && last.Compare(transaction.Key) >= 0 {
			return "", fault.New(fault.InvalidInput, "ledger transaction of %s comes after %s; a result is hashed in key order", transaction.Key, last)
		}
		last = transaction.Key
		hashes = append(hashes, ContentHash(transaction))
	}
	return CombineHashes(manifestHash, hashes), nil
}

// CombineHashes returns the result hash of transactions whose content hashes are known, in key
// order: an approval checks by it that what it seals is what was shown.
func CombineHashes(manifestHash string, contentHashes []string) string {
	buffer := appendText(appendText(nil, resultVersion), manifestHash)
	for _, hash := range contentHashes {
		buffer = appendText(buffer, hash)
	}
	sum := sha256.Sum256(buffer)
	return hex.EncodeToString(sum[:])
}

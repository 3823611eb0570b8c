package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/shopspring/decimal"
)

// The versions of the encodings below. Each starts what it encodes, so that hashes of different
// encodings never pass for each other; a change of an encoding is a new version.
const (
	contentVersion = "omnicloud-ledger-content-1"
	chainVersion   = "omnicloud-ledger-chain-1"
	resultVersion  = "omnicloud-result-1"
)

// ContentHash returns the SHA-256, in hexadecimal, of the canonical encoding of a transaction: the
// version, book, period, stage, pool, currency, amount, number of entries, and account and amount of
// each entry. Every field is preceded by its length. Amounts are written in plain decimal notation
// without trailing zeros, so that 1.10 and 1.1 are the same. The attempt is left out: the hash says
// what was computed, not how often it was tried; the chain adds the attempt.
func ContentHash(t Transaction) string {
	sum := sha256.Sum256(appendContent(nil, t))
	return hex.EncodeToString(sum[:])
}

func appendContent(buffer []byte, t Transaction) []byte {
	if buffer == nil {
		buffer = make([]byte, 0, 128+48*len(t.Entries))
	}
	buffer = appendText(buffer, contentVersion)
	buffer = appendText(buffer, t.Key.Book)
	buffer = appendText(buffer, t.Key.Period.String())
	buffer = binary.AppendVarint(buffer, int64(t.Key.Stage))
	buffer = appendText(buffer, t.Key.Pool)
	buffer = appendText(buffer, t.Key.Currency)
	buffer = appendAmount(buffer, t.Amount)
	buffer = binary.AppendUvarint(buffer, uint64(len(t.Entries)))
	for _, entry := range t.Entries {
		buffer = appendText(buffer, entry.Account)
		buffer = appendAmount(buffer, entry.Amount)
	}
	return buffer
}

// appendText writes the length first, so that no two lists of fields encode alike.
func appendText(buffer []byte, text string) []byte {
	buffer = binary.AppendUvarint(buffer, uint64(len(text)))
	return append(buffer, text...)
}

// appendAmount relies on decimal's String: plain notation, no exponent, no trailing zeros, no -0.
func appendAmount(buffer []byte, amount decimal.Decimal) []byte {
	return appendText(buffer, amount.String())
}

package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/shopspring/decimal"
)

// Head is the end of a book's chain: how many transactions were sealed and the hash of the last
// one. A head noted down elsewhere proves later that nothing before it was rewritten.
type Head struct {
	Book         string `json:"book"`
	Transactions int64  `json:"transactions"`
	Hash         string `json:"hash"`
}

// Link is a transaction's place in the chain of its book. Index counts from 1.
type Link struct {
	Index int64
	// Revision is the approval that sealed the transaction.
	Revision     int
	ContentHash  string
	PreviousHash string
	ChainHash    string
}

// Sealed is a transaction as a ledger holds it after an approval.
type Sealed struct {
	Transaction
	Link
	// Count is the number of entries that the ledger noted when they were written.
	Count int64
	// Credit is the pool's own balancing entry; not valid where it is missing.
	Credit decimal.NullDecimal
}

// Append returns the link of the next transaction and the head after it. The first transaction of a
// book follows the empty hash.
func (h Head) Append(contentHash string, attempt, revision int) (Link, Head) {
	link := Link{
		Index: h.Transactions + 1, Revision: revision, ContentHash: contentHash, PreviousHash: h.Hash,
	}
	link.ChainHash = link.hash(h.Book, attempt)
	return link, Head{Book: h.Book, Transactions: link.Index, Hash: link.ChainHash}
}

// hash covers everything that is not in the transaction's content, and the content by its hash.
func (l Link) hash(book string, attempt int) string {
	buffer := appendText(nil, chainVersion)
	buffer = appendText(buffer, book)
	buffer = binary.AppendVarint(buffer, l.Index)
	buffer = appendText(buffer, l.PreviousHash)
	buffer = binary.AppendVarint(buffer, int64(attempt))
	buffer = binary.AppendVarint(buffer, int64(l.Revision))
	buffer = appendText(buffer, l.ContentHash)
	sum := sha256.Sum256(buffer)
	return hex.EncodeToString(sum[:])
}

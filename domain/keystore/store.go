// Package keystore says what keeps keys: a store of small documents, the secrets among them, and what was
// last read of it.
package keystore

import "context"

// Store keeps small documents by name, each with one key or several. Only Create and Replace change it.
// Implementations are safe for concurrent use.
type Store interface {
	// Place says where a document is, for messages: a file, or a path in Vault.
	Place(name string) string
	// Names lists the documents in the order of their names.
	Names(ctx context.Context) ([]string, error)
	// Read returns the content of a document; a missing one is an fs.ErrNotExist.
	Read(ctx context.Context, name string) ([]byte, error)
	// Create stores a document where there is none of its name and leaves one that is there untouched. Of
	// several processes that do so at once the first wins, without an error for the others.
	Create(ctx context.Context, name string, content []byte) error
	// Replace stores a document in place of one that was read; it is a Conflict where the store holds
	// anything else by now.
	Replace(ctx context.Context, name string, read, content []byte) error
}

package drifthistory

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// chainVersion begins what is hashed, so that another encoding can never give the same hash.
const chainVersion = "drift-history-1"

// Head is the end of a tenant's chain: how many entries it has and the hash of the last. A head noted
// down elsewhere proves later that nothing before it was rewritten.
type Head struct {
	TenantID string `json:"tenant_id"`
	Entries  int64  `json:"entries"`
	Hash     string `json:"hash"`
}

// Linked is an entry in its place. Index counts from 1; the first follows the empty hash.
type Linked struct {
	Entry
	Index        int64  `json:"index"`
	PreviousHash string `json:"previous_hash"`
	Hash         string `json:"hash"`
}

// Append puts an entry at the end of the chain and returns the head after it.
func (h Head) Append(entry Entry) (Linked, Head) {
	entry.At = instant.Of(entry.At)
	linked := Linked{Entry: entry, Index: h.Entries + 1, PreviousHash: h.Hash}
	linked.Hash = linked.hash()
	return linked, Head{TenantID: h.TenantID, Entries: linked.Index, Hash: linked.Hash}
}

// hash covers everything that the entry says, and where it stands. Lengths come before texts, so that
// no two entries write the same bytes.
func (l Linked) hash() string {
	buffer := make([]byte, 0, 256+len(l.Document))
	text := func(part string) {
		buffer = binary.AppendUvarint(buffer, uint64(len(part)))
		buffer = append(buffer, part...)
	}
	text(chainVersion)
	text(l.TenantID)
	buffer = binary.AppendVarint(buffer, l.Index)
	text(l.PreviousHash)
	text(l.ResourceID)
	text(l.ResourceType)
	text(string(l.Kind))
	buffer = binary.AppendVarint(buffer, l.At.UnixMicro())
	text(l.Subject)
	text(l.Reference)
	text(string(l.Document))
	sum := sha256.Sum256(buffer)
	return hex.EncodeToString(sum[:])
}

// Verify walks a chain up to its head. A Tampered error names the first entry that was edited, dropped
// or moved; errors of the sequence end the walk.
func Verify(head Head, entries iter.Seq2[Linked, error]) error {
	walked := Head{TenantID: head.TenantID}
	for entry, err := range entries {
		if err != nil {
			return err
		}
		if err := walked.follow(entry); err != nil {
			return err
		}
		walked.Entries, walked.Hash = entry.Index, entry.Hash
	}
	return walked.confirm(head, "its head")
}

// confirm compares where a history ends with the end that was noted of it, and names who noted it.
func (h Head) confirm(noted Head, by string) error {
	switch {
	case h.Entries < noted.Entries:
		return fault.New(fault.Tampered, "the drift history of tenant %s ends after %d entries, but %s notes %d: entry %d was dropped",
			h.TenantID, h.Entries, by, noted.Entries, h.Entries+1)
	case h.Entries > noted.Entries:
		return fault.New(fault.Tampered, "the drift history of tenant %s has %d entries, but %s notes %d: entry %d was added past it",
			h.TenantID, h.Entries, by, noted.Entries, noted.Entries+1)
	case h.Hash != noted.Hash:
		return fault.New(fault.Tampered, "the drift history of tenant %s was rewritten: the hash of its last entry %d is not the one that %s notes",
			h.TenantID, h.Entries, by)
	default:
		return nil
	}
}

// follow checks one entry against the one before it.
func (h Head) follow(entry Linked) error {
	if entry.TenantID != h.TenantID {
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s says that it is of tenant %s", entry.Index, h.TenantID, entry.TenantID)
	}
	place := link{index: entry.Index, previous: entry.PreviousHash, hash: entry.Hash, content: entry.hash()}
	return place.follow(h.Entries, h.Hash, "the drift history of tenant "+h.TenantID, func() string {
		return fmt.Sprintf("%s of resource %s at %s", entry.Kind, entry.ResourceID, entry.At.UTC().Format(time.RFC3339))
	})
}

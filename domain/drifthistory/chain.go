package drifthistory

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"iter"

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
	switch {
	case walked.Entries < head.Entries:
		return fault.New(fault.Tampered, "the drift history of tenant %s has %d entries noted, but ends after %d: entry %d was dropped",
			head.TenantID, head.Entries, walked.Entries, walked.Entries+1)
	case walked.Entries > head.Entries:
		return fault.New(fault.Tampered, "the drift history of tenant %s has %d entries noted, but holds %d: entry %d was added past the head",
			head.TenantID, head.Entries, walked.Entries, head.Entries+1)
	case walked.Hash != head.Hash:
		return fault.New(fault.Tampered, "the head of the drift history of tenant %s is not the hash of its last entry %d", head.TenantID, walked.Entries)
	default:
		return nil
	}
}

// follow checks one entry against the one before it.
func (h Head) follow(entry Linked) error {
	if entry.TenantID != h.TenantID {
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s says that it is of tenant %s", entry.Index, h.TenantID, entry.TenantID)
	}
	switch {
	case entry.Index > h.Entries+1:
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s was dropped; entry %d follows entry %d",
			h.Entries+1, h.TenantID, entry.Index, h.Entries)
	case entry.Index <= h.Entries:
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s was moved; it follows entry %d", entry.Index, h.TenantID, h.Entries)
	case entry.hash() != entry.Hash:
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s, %s of resource %s at %s, was edited: its content does not give its hash",
			entry.Index, h.TenantID, entry.Kind, entry.ResourceID, entry.At.UTC().Format("2006-01-02T15:04:05Z"))
	case entry.PreviousHash != h.Hash:
		return fault.New(fault.Tampered, "entry %d of the drift history of tenant %s, %s of resource %s, was moved: it does not follow entry %d",
			entry.Index, h.TenantID, entry.Kind, entry.ResourceID, h.Entries)
	default:
		return nil
	}
}

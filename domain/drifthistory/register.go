package drifthistory

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// registerVersion begins what an entry of the register hashes.
const registerVersion = "drift-history-register-1"

// Noted is an entry of the register: the chain over the heads of all tenants' histories, in the order in
// which they moved. The database writes it with each head. Index counts from 1; the first follows the
// empty hash.
type Noted struct {
	Head         Head
	Index        int64
	At           time.Time
	PreviousHash string
	Hash         string
}

func (n Noted) hash() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s\n%d\n%s\n%d\n%s",
		registerVersion, n.Index, n.PreviousHash, n.Head.Entries, n.Head.Hash, n.At.UnixMicro(), n.Head.TenantID))
	return hex.EncodeToString(sum[:])
}

// Register is what the entries of the register come to: the last head that was noted of each tenant, how
// many entries there are, and the hash of the last. That hash noted down elsewhere proves later that no
// tenant's history before it was rewritten or removed.
type Register struct {
	Heads   map[string]Head
	Entries int64
	Hash    string
}

// VerifyRegister walks the register. A Tampered error names the first entry that was edited, dropped or
// moved; errors of the sequence end the walk.
func VerifyRegister(entries iter.Seq2[Noted, error]) (Register, error) {
	register := Register{Heads: map[string]Head{}}
	for entry, err := range entries {
		if err == nil {
			err = register.follow(entry)
		}
		if err != nil {
			return register, err
		}
		register.Heads[entry.Head.TenantID] = entry.Head
		register.Entries, register.Hash = entry.Index, entry.Hash
	}
	return register, nil
}

// follow checks one entry against the one before it.
func (r Register) follow(entry Noted) error {
	place := link{index: entry.Index, previous: entry.PreviousHash, hash: entry.Hash, content: entry.hash()}
	err := place.follow(r.Entries, r.Hash, "the register of drift histories", func() string { return "of tenant " + entry.Head.TenantID })
	if before := r.Heads[entry.Head.TenantID].Entries; err == nil && entry.Head.Entries <= before {
		return fault.New(fault.Tampered, "entry %d of the register of drift histories notes %d entries of tenant %s, which had %d before",
			entry.Index, entry.Head.Entries, entry.Head.TenantID, before)
	}
	return err
}

// Confirm compares the head of a tenant's history with the last one that was noted. A Tampered error says
// what was dropped, added or written over.
func (r Register) Confirm(head Head) error {
	noted := r.Heads[head.TenantID]
	if head.Entries == 0 && noted.Entries > 0 {
		return fault.New(fault.Tampered, "the drift history of tenant %s was removed: the register notes %d entries of it", head.TenantID, noted.Entries)
	}
	return head.confirm(noted, "the register")
}

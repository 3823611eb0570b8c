package closing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// MaxNotes is how many notes are kept per currency; what there is beyond is counted.
const MaxNotes = 1000

// Note is something that happened while a currency was allocated and that its cells do not show:
// package allocation has the kinds. Fields that do not apply are empty.
type Note struct {
	Kind     string `json:"kind"`
	Pool     string `json:"pool_id,omitempty"`
	TenantID string `json:"tenant_id,omitempty"`
	Category string `json:"category,omitempty"`
	Value    string `json:"value,omitempty"`
}

// Text says a note in a sentence for the people who approve.
func (n Note) Text() string {
	switch n.Kind {
	case "drivers":
		return fmt.Sprintf("pool %s is split by the tenants' %s, as there is no usage", n.Pool, n.Value)
	case "fallback":
		if n.Value == "equal" {
			return fmt.Sprintf("pool %s: no tenant has a share, so it is split equally over active tenants", n.Pool)
		}
		return fmt.Sprintf("pool %s: no tenant has a share, so it stays on @unallocated", n.Pool)
	case "clamped_driver":
		return fmt.Sprintf("pool %s: %s of tenant %s totals %s and counts as zero", n.Pool, n.Category, n.TenantID, n.Value)
	case "inactive_usage":
		return fmt.Sprintf("usage of tenant %s is left out, as it was active at no time of the period", n.TenantID)
	default:
		return n.Kind
	}
}

// notesVersion begins the encoding of notes and names its form.
const notesVersion = "omnicloud-notes-1\n"

// HashedWith returns what a result's hash begins with: the hash of the manifest, which names cost
// basis and period column, together with the notes of the totals; so nobody approves a result whose
// notes were changed. Where there are no notes it is the manifest's hash itself. Currencies and notes
// count in the order in which they are stored, which is the same for the same inputs.
func HashedWith(manifestHash string, totals []CurrencyTotal) (string, error) {
	digest := sha256.New()
	digest.Write([]byte(notesVersion + manifestHash + "\n"))
	noted := false
	for _, total := range totals {
		if total.NotesCount == 0 {
			continue
		}
		noted = true
		encoded, err := json.Marshal(total.Notes)
		if err != nil {
			return "", fmt.Errorf("encoding the notes in %s: %w", total.Currency, err)
		}
		fmt.Fprintf(digest, "%s %d %s\n", total.Currency, total.NotesCount, encoded)
	}
	if !noted {
		return manifestHash, nil
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

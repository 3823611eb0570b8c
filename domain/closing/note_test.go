package closing_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
)

func TestHashedWith(t *testing.T) {
	fallback := closing.Note{Kind: "fallback", Pool: "network", Value: "equal"}
	clamped := closing.Note{Kind: "clamped_driver", Pool: "network", TenantID: "acme", Category: "compute", Value: "-2.5"}
	noted := func(count int, notes ...closing.Note) []closing.CurrencyTotal {
		return []closing.CurrencyTotal{{Currency: "EUR"}, {Currency: "USD", Notes: notes, NotesCount: count}}
	}
	hash := func(t *testing.T, manifest string, totals []closing.CurrencyTotal) string {
		t.Helper()
		hashed, err := closing.HashedWith(manifest, totals)
		require.NoError(t, err)
		return hashed
	}
	t.Run("without notes it is the manifest's", func(t *testing.T) {
		require.Equal(t, "m", hash(t, "m", noted(0)))
	})
	t.Run("notes give the same hash again after they were stored", func(t *testing.T) {
		totals := noted(2, fallback, clamped)
		before := hash(t, "m", totals)
		stored, err := json.Marshal(totals)
		require.NoError(t, err)
		var read []closing.CurrencyTotal
		require.NoError(t, json.Unmarshal(stored, &read))
		require.Equal(t, before, hash(t, "m", read))
	})
	t.Run("another note, order, count, currency or manifest is another hash", func(t *testing.T) {
		other := clamped
		other.Value = "-2.6"
		moved := noted(2, fallback, clamped)
		moved[1].Currency = "GBP"
		seen := map[string]bool{}
		for _, hashed := range []string{
			hash(t, "m", noted(2, fallback, clamped)), hash(t, "m", noted(2, clamped, fallback)),
			hash(t, "m", noted(2, fallback, other)), hash(t, "m", noted(3, fallback, clamped)),
			hash(t, "m", noted(1, fallback)), hash(t, "n", noted(2, fallback, clamped)), hash(t, "m", moved),
		} {
			require.False(t, seen[hashed])
			seen[hashed] = true
		}
	})
}

func TestNoteText(t *testing.T) {
	for want, note := range map[string]closing.Note{
		"pool p is split by the tenants' direct cost, as there is no usage":           {Kind: "drivers", Pool: "p", Value: "direct cost"},
		"pool p: no tenant has a share, so it is split equally over active tenants":   {Kind: "fallback", Pool: "p", Value: "equal"},
		"pool p: no tenant has a share, so it stays on @unallocated":                  {Kind: "fallback", Pool: "p", Value: "residual"},
		"pool p: compute of tenant acme totals -1 and counts as zero":                 {Kind: "clamped_driver", Pool: "p", TenantID: "acme", Category: "compute", Value: "-1"},
		"usage of tenant acme is left out, as it was active at no time of the period": {Kind: "inactive_usage", TenantID: "acme"},
	} {
		require.Equal(t, want, note.Text())
	}
}

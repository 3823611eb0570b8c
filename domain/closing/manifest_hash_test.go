package closing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

func manifest() closing.Manifest {
	return closing.Manifest{
		Version: closing.ManifestVersion, Book: "main", Period: period.New(2026, time.September), Currency: "USD",
		Basis: closing.BasisEffective, PeriodBy: closing.PeriodByBilling, AllocationVersion: "lrm-1",
		Inputs: []closing.ManifestInput{
			{Kind: "charges", Scope: "1", ContentHash: "aa", Rows: 2},
			{Kind: "charges", Scope: "2", ContentHash: "bb", Rows: 3},
		},
		Rules: []closing.ManifestRule{{RuleID: "pool-a", Version: 1, ContentHash: "cc"}},
	}
}

func TestManifestHash(t *testing.T) {
	t.Run("stays the same from release to release", func(t *testing.T) {
		assert.Equal(t, "1b38262c", manifest().Hash()[:8])
	})
	t.Run("changes with every field", func(t *testing.T) {
		changes := map[string]func(*closing.Manifest){
			"version":    func(m *closing.Manifest) { m.Version++ },
			"book":       func(m *closing.Manifest) { m.Book = "other" },
			"period":     func(m *closing.Manifest) { m.Period = m.Period.Next() },
			"currency":   func(m *closing.Manifest) { m.Currency = "EUR" },
			"basis":      func(m *closing.Manifest) { m.Basis = closing.BasisBilled },
			"period by":  func(m *closing.Manifest) { m.PeriodBy = closing.PeriodByCharge },
			"allocation": func(m *closing.Manifest) { m.AllocationVersion = "lrm-2" },
			"content":    func(m *closing.Manifest) { m.Inputs[1].ContentHash = "bc" },
			"scope":      func(m *closing.Manifest) { m.Inputs[1].Scope = "3" },
			"rows":       func(m *closing.Manifest) { m.Inputs[0].Rows++ },
			"one less":   func(m *closing.Manifest) { m.Inputs = m.Inputs[:1] },
			"restates":   func(m *closing.Manifest) { m.Restates = "aa" },
			"rank":       func(m *closing.Manifest) { m.Rules[0].Rank = 1 },
			"rule":       func(m *closing.Manifest) { m.Rules[0].ContentHash = "cd" },
			"boundary":   func(m *closing.Manifest) { m.Inputs[0].Scope, m.Inputs[0].ContentHash = "1a", "a" },
		}
		seen := map[string]string{manifest().Hash(): "unchanged"}
		for name, change := range changes {
			changed := manifest()
			change(&changed)
			assert.NotContains(t, seen, changed.Hash(), "changing %s must change the hash", name)
			seen[changed.Hash()] = name
		}
	})
	t.Run("does not depend on the order in which inputs were found", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			shuffled := manifest()
			shuffled.Inputs = rapid.Permutation(shuffled.Inputs).Draw(t, "inputs")
			shuffled.Sort()
			assert.Equal(t, manifest().Hash(), shuffled.Hash())
		})
	})
}

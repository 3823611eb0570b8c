package closing

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
)

// ManifestVersion is the version of a manifest's fields and of their canonical encoding.
const ManifestVersion = 1

// Sort puts inputs and rules into the order of the manifest, so that equal contents hash alike
// however they were found.
func (m *Manifest) Sort() {
	slices.SortFunc(m.Inputs, func(a, b ManifestInput) int {
		if order := strings.Compare(a.Kind, b.Kind); order != 0 {
			return order
		}
		if order := strings.Compare(a.Scope, b.Scope); order != 0 {
			return order
		}
		return strings.Compare(a.ContentHash, b.ContentHash)
	})
	slices.SortFunc(m.Rules, func(a, b ManifestRule) int {
		return cmp.Or(strings.Compare(a.ContentHash, b.ContentHash), a.Rank-b.Rank, strings.Compare(a.RuleID, b.RuleID), a.Version-b.Version)
	})
}

// Hash returns the SHA-256 of the canonical encoding, in hexadecimal: each text by its length, each
// number as a varint, fields and list elements in the order in which the manifest has them. Of a
// rule only content and rank count: ids are random, and the same bill under the same rules must hash
// alike in another database, too.
func (m Manifest) Hash() string {
	encoding := []byte("omnicloud-manifest\n")
	number := func(value int64) { encoding = binary.AppendVarint(encoding, value) }
	text := func(values ...string) {
		for _, value := range values {
			number(int64(len(value)))
			encoding = append(encoding, value...)
		}
	}
	number(int64(m.Version))
	text(m.Book, m.Period.String(), m.Currency, string(m.Basis), string(m.PeriodBy), m.AllocationVersion)
	number(int64(len(m.Inputs)))
	for _, input := range m.Inputs {
		text(input.Kind, input.Scope, input.ContentHash)
		number(input.Rows)
	}
	number(int64(len(m.Rules)))
	for _, rule := range m.Rules {
		text(rule.ContentHash)
		number(int64(rule.Rank))
	}
	// At the end, so that it cannot be taken for anything else where it is missing.
	if m.Restates != "" {
		text(m.Restates)
	}
	sum := sha256.Sum256(encoding)
	return hex.EncodeToString(sum[:])
}

package sample

import (
	"fmt"
	"iter"
	"strings"

	"github.com/shopspring/decimal"
)

// Pool is a pool of shared cost as `omnicloud allocate --pools` reads it.
type Pool struct {
	ID       string
	Amount   decimal.Decimal
	Strategy string
	Weights  string
}

// Pools yields pools of the scale, for allocations without a bill.
func (s Scale) Pools() iter.Seq[Pool] {
	return func(yield func(Pool) bool) {
		random := draw(s.Seed, "scale", "pools", s.Period.String())
		for i := range scalePools {
			cost := amount(random.Int64N(int64(100_000*unit)) + 1)
			if !yield(Pool{poolID(i), cost.decimal(), "proportional", "compute=0.7;storage=0.3"}) {
				return
			}
		}
	}
}

// Rules returns the rules document of the scale: a sub-account is a tenant or a pool, and pools are
// split by 70 % compute and 30 % storage.
func (s Scale) Rules() []byte {
	var text strings.Builder
	text.WriteString("version: 1\n\nmapping:\n")
	for i := range scalePools {
		fmt.Fprintf(&text, "  - {sub_account_id: %s, pool: %s}\n", poolID(i), poolID(i))
	}
	text.WriteString("  - {tenant: \"{sub_account_id}\"}\n\npools:\n")
	for i := range scalePools {
		fmt.Fprintf(&text, "  - id: %s\n    category: shared\n    strategy: proportional\n"+
			"    weight_by_category: {compute: \"0.7\", storage: \"0.3\"}\n", poolID(i))
	}
	return []byte(text.String())
}

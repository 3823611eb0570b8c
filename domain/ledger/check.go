package ledger

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// PoolAccount returns the account that a pool is credited on: every transaction debits tenants and
// reserved accounts with what it credits to one pool, and so sums to zero.
func PoolAccount(pool string) string { return poolPrefix + pool }

// poolPrefix holds a colon, which no tenant id and no reserved account has.
const poolPrefix = "pool:"

// Check returns an InvalidInput error unless the entries stand in byte order of account, each once
// and none on a pool's account, and a NotBalanced error unless they sum to the amount.
func (t Transaction) Check() error {
	sum := decimal.Zero
	for i, entry := range t.Entries {
		if entry.Account == "" || strings.HasPrefix(entry.Account, poolPrefix) {
			return fault.New(fault.InvalidInput, "ledger transaction of %s has an entry on account %q, which is no tenant's and not reserved", t.Key, entry.Account)
		}
		if i > 0 && t.Entries[i-1].Account >= entry.Account {
			return fault.New(fault.InvalidInput, "ledger transaction of %s has account %s after %s; entries stand in byte order, each account once",
				t.Key, entry.Account, t.Entries[i-1].Account)
		}
		sum = sum.Add(entry.Amount)
	}
	if !sum.Equal(t.Amount) {
		return fault.New(fault.NotBalanced, "ledger transaction of %s distributes %s, but its entries sum to %s", t.Key, t.Amount, sum)
	}
	return nil
}

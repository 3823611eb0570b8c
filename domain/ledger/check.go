package ledger

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// PoolAccount returns the account that a pool is credited on: every transaction debits tenants,
// reserved accounts and pools of later stages with what it credits to one pool, and so sums to zero.
func PoolAccount(pool string) string { return poolPrefix + pool }

// IsTransfer reports whether an entry's account is that of a pool, which it passes cost on to. Whoever
// bears that cost in the end has an entry in the receiving pool's transaction, so sums over what
// tenants and reserved accounts owe leave transfers out.
func IsTransfer(account string) bool { return strings.HasPrefix(account, poolPrefix) }

// poolPrefix holds a colon, which no tenant id and no reserved account has.
const poolPrefix = "pool:"

// Check returns an InvalidInput error unless the entries stand in byte order of account, each once
// and none on the account of the pool that is credited, and a NotBalanced error unless they sum to
// the amount.
func (t Transaction) Check() error {
	sum := decimal.Zero
	for i, entry := range t.Entries {
		if entry.Account == "" || entry.Account == PoolAccount(t.Key.Pool) {
			return fault.New(fault.InvalidInput, "ledger transaction of %s has an entry on account %q; it must be a tenant, a reserved account or another pool", t.Key, entry.Account)
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

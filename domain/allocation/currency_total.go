package allocation

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

func (b *Bill) total(currency string, pools []PoolResult) CurrencyTotal {
	sums := b.totals[currency]
	total := CurrencyTotal{
		Currency: currency, Billed: sums.billed.Decimal(), Effective: sums.effective.Decimal(),
		Accounts: make(map[string]decimal.Decimal), Rows: sums.rows, Mapped: sums.mapped,
	}
	var tenants, borne money.Sum
	borne.AddSum(&sums.borne)
	for i := range pools {
		for cell := range pools[i].Cells() {
			total.Cells++
			if IsAccount(cell.Account) {
				total.Accounts[cell.Account] = total.Accounts[cell.Account].Add(cell.Amount)
				continue
			}
			tenants.AddDecimal(cell.Amount)
		}
		if _, left := pools[i].residual(); pools[i].Stage == StageShared && !left {
			borne.AddSum(sums.pools[pools[i].Pool])
		}
	}
	total.Tenants = tenants.Decimal()
	total.Coverage = coverage(&borne, &sums.magnitude)
	return total
}

const coverageDigits = 6

func coverage(borne, magnitude *money.Sum) decimal.Decimal {
	if magnitude.Sign() == 0 {
		return decimal.NewFromInt(1)
	}
	share := new(big.Rat).Quo(borne.Decimal().Rat(), magnitude.Decimal().Rat())
	scaled := new(big.Int).Mul(share.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(coverageDigits), nil))
	return money.FromUnits(scaled.Quo(scaled, share.Denom()), coverageDigits)
}

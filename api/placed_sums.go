package api

import (
	"context"
	"iter"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// placedSums yields what the charges of a stored result came to: the cells of direct cost, and of each
// other pool what was charged to it before any of it was split or passed on.
func (s *server) placedSums(ctx context.Context, whole ledger.Filter) iter.Seq2[allocation.PlacedSum, error] {
	return func(yield func(allocation.PlacedSum, error) bool) {
		pools, err := s.Pools.PoolTotals(ctx, whole)
		if err != nil {
			yield(allocation.PlacedSum{}, err)
			return
		}
		moved, err := s.movedBetween(ctx, whole, pools)
		if err != nil {
			yield(allocation.PlacedSum{}, err)
			return
		}
		for _, pool := range pools {
			if pool.Pool == allocation.PoolVariance {
				continue
			}
			if strings.HasPrefix(pool.Pool, allocation.DirectPoolPrefix) {
				if !s.directSums(ctx, whole, pool, yield) {
					return
				}
				continue
			}
			at := poolCurrency{pool.Pool, pool.Currency}
			sum := allocation.PlacedSum{Pool: pool.Pool, Currency: pool.Currency, Amount: pool.Amount.Add(moved[at])}
			delete(moved, at) // a pool may stand in several stages after a restatement
			if !yield(sum, nil) {
				return
			}
		}
	}
}

type poolCurrency struct{ pool, currency string }

// movedBetween returns, per pool, what it passes on less what it receives.
func (s *server) movedBetween(ctx context.Context, whole ledger.Filter, pools []ledger.PoolTotal) (map[poolCurrency]decimal.Decimal, error) {
	moved := make(map[poolCurrency]decimal.Decimal)
	asked := make(map[string]bool)
	for _, pool := range pools {
		if asked[pool.Pool] || strings.Contains(pool.Pool, ":") {
			continue
		}
		asked[pool.Pool] = true
		into := whole
		into.Account = ledger.PoolAccount(pool.Pool)
		cells, err := s.Ledger.Cells(ctx, into, ledger.Position{}, tenantCells)
		if err != nil {
			return nil, err
		}
		for _, cell := range cells {
			from, to := poolCurrency{cell.Pool, cell.Currency}, poolCurrency{pool.Pool, cell.Currency}
			moved[from], moved[to] = moved[from].Add(cell.Amount), moved[to].Sub(cell.Amount)
		}
	}
	return moved, nil
}

// directSums yields the cells of a pool of direct cost and reports whether more is wanted.
func (s *server) directSums(ctx context.Context, whole ledger.Filter, pool ledger.PoolTotal, yield func(allocation.PlacedSum, error) bool) bool {
	only := whole
	only.Pool, only.Currency = pool.Pool, pool.Currency
	var after ledger.Position
	for {
		cells, err := s.Ledger.Cells(ctx, only, after, exportPage)
		if err != nil {
			yield(allocation.PlacedSum{}, err)
			return false
		}
		for _, cell := range cells {
			sum := allocation.PlacedSum{Pool: cell.Pool, Account: cell.Account, Currency: cell.Currency, Amount: cell.Amount}
			if !yield(sum, nil) {
				return false
			}
		}
		if len(cells) < exportPage {
			return true
		}
		after = positionOf(cells[len(cells)-1])
	}
}

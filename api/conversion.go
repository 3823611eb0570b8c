package api

import (
	"context"
	"iter"
	"math"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// conversion is a result in another currency, by the rates that were frozen with it. It is computed over
// the whole result, whatever part of it is asked for: a tenant's converted cells are the same to the
// tenant as to everyone else.
type conversion struct {
	exchange.Result
	whole ledger.Filter
	pools []ledger.PoolTotal
}

// convert converts the result that a filter is a part of. A rate that was not frozen is a Conflict
// error that names the pair.
func (s *server) convert(ctx context.Context, filter ledger.Filter, currency string) (*conversion, error) {
	whole := filter
	whole.Account, whole.Pool, whole.Currency = "", "", ""
	rates, err := s.frozenRates(ctx, whole)
	if err != nil {
		return nil, err
	}
	pools, err := s.Pools.PoolTotals(ctx, whole)
	if err != nil {
		return nil, err
	}
	result, err := exchange.Convert(rates, currency, pools)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Conflict,
			"%s among those frozen with %s of book %s; rates are taken over from billing, or imported (omnicloud import rates), before a period closes",
			err, whole.Period, whole.Book)
	}
	return &conversion{Result: result, whole: whole, pools: pools}, err
}

// frozenRates returns the rates that the attempt behind a result froze.
func (s *server) frozenRates(ctx context.Context, filter ledger.Filter) ([]exchange.Rate, error) {
	ref := closing.AttemptRef{Book: filter.Book, Period: filter.Period, Attempt: filter.Attempt}
	if ref.Attempt == 0 {
		revision, err := s.Revisions.Revision(ctx, filter.Book, filter.Period, filter.Revision)
		if err != nil {
			return nil, err
		}
		ref = revision.Ref()
	}
	return s.Frozen.ExchangeRates(ctx, ref)
}

// convertedCell is a cell and what it comes to.
type convertedCell struct {
	ledger.Cell
	source exchange.Converted
	amount decimal.Decimal
}

// cells yields the cells that a filter selects, after a position. Each pool is read and converted
// whole, one at a time in memory. What a pool passes on to others is no cost of anybody's and is
// left out.
func (c *conversion) cells(ctx context.Context, store ledger.Store, filter ledger.Filter, after ledger.Position) iter.Seq2[convertedCell, error] {
	return func(yield func(convertedCell, error) bool) {
		for _, pool := range c.pools {
			begin := ledger.Position{Stage: pool.Stage, Pool: pool.Pool, Currency: pool.Currency}
			from := after
			from.Account = ""
			if filter.Pool != "" && filter.Pool != pool.Pool || begin.Compare(from) < 0 {
				continue
			}
			cells, amounts, err := c.pool(ctx, store, pool)
			if err != nil {
				yield(convertedCell{}, err)
				return
			}
			source, _ := c.Source(pool.Currency)
			for i, cell := range cells {
				if filter.Account != "" && filter.Account != cell.Account || positionOf(cell).Compare(after) <= 0 {
					continue
				}
				if !yield(convertedCell{cell, source, amounts[i]}, nil) {
					return
				}
			}
		}
	}
}

// pool reads and converts the cells of one pool and currency.
func (c *conversion) pool(ctx context.Context, store ledger.Store, pool ledger.PoolTotal) ([]ledger.Cell, []decimal.Decimal, error) {
	filter := c.whole
	filter.Pool, filter.Currency = pool.Pool, pool.Currency
	all, err := store.Cells(ctx, filter, ledger.Position{}, math.MaxInt32)
	if err != nil {
		return nil, nil, err
	}
	cells := all[:0]
	for _, cell := range all {
		if cell.Stage == pool.Stage && !ledger.IsTransfer(cell.Account) {
			cells = append(cells, cell)
		}
	}
	amounts, err := c.Cells(pool.Key, cells)
	return cells, amounts, err
}

// view shows what a whole result comes to.
func (c *conversion) view() *Conversion {
	view := &Conversion{Currency: c.To, Amount: c.Total(), Sources: []ConversionSource{}}
	for _, source := range c.Sources {
		view.Sources = append(view.Sources, ConversionSource{
			Currency: source.From, Amount: source.Amount, Converted: source.Worth, Rate: source.Rate,
		})
	}
	return view
}

func convertedView(cell convertedCell) Cell {
	view := cellView(cell.Cell)
	view.Converted = &ConvertedAmount{Currency: cell.source.To, Amount: cell.amount, Rate: cell.source.Rate}
	return view
}

package allocationfile

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// ReadPools reads pool_id,amount,strategy,weights and returns the pools in the order of the file.
// Weights are written as compute=0.7;storage=0.3 and are read for the proportional strategy only.
// Errors are InvalidInput and name file, line, column and value.
func ReadPools(path string) ([]allocation.PoolAmount, error) {
	file, err := csvfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // nothing was written that closing could lose
	return readPools(file)
}

func readPools(file *csvfile.Reader) ([]allocation.PoolAmount, error) {
	places, err := file.Require("pool_id", "amount", "strategy")
	if err != nil {
		return nil, err
	}
	columns := poolColumns{id: places[0], amount: places[1], strategy: places[2], weights: file.Column("weights")}
	var pools []allocation.PoolAmount
	seen := make(map[string]int)
	var row csvfile.Row
	for {
		err := file.Read(&row)
		if errors.Is(err, io.EOF) {
			return pools, nil
		}
		if err != nil {
			return nil, err
		}
		pool, err := columns.read(&row)
		if err != nil {
			return nil, err
		}
		id := pool.Rule.Pool.PoolID
		if line, twice := seen[id]; twice {
			return nil, row.Errorf(columns.id, "the pool is listed before, in line %d", line)
		}
		seen[id] = row.Line
		pools = append(pools, pool)
	}
}

// poolColumns are the places of the columns; weights may be -1.
type poolColumns struct{ id, amount, strategy, weights int }

func (c poolColumns) read(row *csvfile.Row) (allocation.PoolAmount, error) {
	var pool allocation.PoolAmount
	rule := allocation.AllocationRule{PoolID: row.Text(c.id), Category: allocation.CategoryShared}
	err := tenancy.CheckID(rule.PoolID)
	if err != nil {
		return pool, row.Wrap(c.id, err, "")
	}
	if pool.Amount, err = number(row, c.amount); err != nil {
		return pool, err
	}
	if rule.Strategy, err = allocation.ParseStrategy(row.Text(c.strategy)); err != nil {
		return pool, row.Wrap(c.strategy, err, "")
	}
	if rule.Strategy == allocation.StrategyProportional {
		if rule.WeightByCategory, err = c.readWeights(row); err != nil {
			return pool, err
		}
	}
	pool.Rule, err = allocation.NewPoolVersion(rule.PoolID, 1, rule, "", time.Time{})
	return pool, err
}

func (c poolColumns) readWeights(row *csvfile.Row) (map[allocation.CostCategory]decimal.Decimal, error) {
	if c.weights < 0 {
		return nil, row.Errorf(c.strategy, "the file has no column weights, such as compute=0.7;storage=0.3")
	}
	weights, err := parseWeights(row.Text(c.weights))
	if err == nil {
		err = allocation.CheckWeights(weights)
	}
	if err != nil {
		return nil, row.Wrap(c.weights, err, "")
	}
	return weights, nil
}

func parseWeights(text string) (map[allocation.CostCategory]decimal.Decimal, error) {
	weights := make(map[allocation.CostCategory]decimal.Decimal)
	for entry := range strings.SplitSeq(text, ";") {
		name, value, found := strings.Cut(entry, "=")
		if !found {
			return nil, fault.New(fault.InvalidInput, "weights are written as compute=0.7;storage=0.3")
		}
		category, err := allocation.ParseCategory(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if _, twice := weights[category]; twice {
			return nil, fault.New(fault.InvalidInput, "category %s is weighed twice", category)
		}
		if weights[category], err = money.ParseDecimal(strings.TrimSpace(value)); err != nil {
			return nil, err
		}
	}
	return weights, nil
}

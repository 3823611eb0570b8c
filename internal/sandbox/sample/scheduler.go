package sample

import "github.com/shopspring/decimal"

// Placement is how much of an amount of a resource the scheduler has room for, and in which pools.
type Placement struct {
	ResourceType string          `json:"resource_type"`
	Placed       decimal.Decimal `json:"placed"`
	Spots        []Spot          `json:"spots"`
}

// Spot is a part of a placement.
type Spot struct {
	Pool   string          `json:"pool"`
	Amount decimal.Decimal `json:"amount"`
}

// pools are what is free in each zone, in the scheduler's order.
var pools = map[string][]Spot{
	"bandwidth":        {{"eu-1a", decimal.NewFromInt(4000)}, {"eu-1b", decimal.NewFromInt(2500)}},
	"instance":         {{"eu-1a", decimal.NewFromInt(24)}, {"eu-1b", decimal.NewFromInt(16)}, {"us-1a", decimal.NewFromInt(40)}},
	"request_capacity": {{"eu-1a", decimal.NewFromInt(20_000)}, {"us-1a", decimal.NewFromInt(30_000)}},
	"storage":          {{"eu-1a", decimal.NewFromInt(6000)}, {"eu-1b", decimal.NewFromInt(9000)}, {"us-1a", decimal.NewFromInt(50_000)}},
}

// Place fills the pools of a resource in order, without taking anything. What is no thing but a share of
// one, such as a utilisation, is not placed: known is false.
func Place(resourceType string, amount decimal.Decimal) (placement Placement, known bool) {
	free, known := pools[resourceType]
	placement = Placement{ResourceType: resourceType, Placed: decimal.Zero, Spots: []Spot{}}
	for _, pool := range free {
		part := decimal.Min(pool.Amount, amount.Sub(placement.Placed))
		if !part.IsPositive() {
			break
		}
		placement.Placed = placement.Placed.Add(part)
		placement.Spots = append(placement.Spots, Spot{pool.Pool, part})
	}
	return placement, known
}

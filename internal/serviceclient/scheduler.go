package serviceclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

var (
	_ capacity.Scheduler  = (*Compute)(nil)
	_ foresight.Recipient = (*Compute)(nil)
)

// wirePlacement makes the amounts optional on the wire, so that one that is missing is told apart from
// nothing placed.
type wirePlacement struct {
	Placed *decimal.Decimal `json:"placed"`
	Spots  []struct {
		Pool   string           `json:"pool"`
		Amount *decimal.Decimal `json:"amount"`
	} `json:"spots"`
}

func (w wirePlacement) accept(amount float64) (capacity.Placement, error) {
	if err := checkNumber("placed", w.Placed); err != nil {
		return capacity.Placement{}, err
	}
	placement := capacity.Placement{Placed: w.Placed.InexactFloat64()}
	if placement.Placed > amount {
		return placement, fmt.Errorf("%w: %v is placed of %v", errSchema, placement.Placed, amount)
	}
	for _, spot := range w.Spots {
		if spot.Pool == "" {
			return placement, missing("pool")
		}
		if err := checkNumber("amount", spot.Amount); err != nil {
			return placement, err
		}
		placement.Spots = append(placement.Spots, capacity.Spot{Pool: spot.Pool, Amount: spot.Amount.InexactFloat64()})
	}
	return placement, nil
}

// Place asks the scheduler how much of an amount of a resource it has room for.
func (c *Compute) Place(ctx context.Context, tenantID, resourceType string, amount float64) (placement capacity.Placement, err error) {
	query := url.Values{
		"tenant_id": {tenantID}, "resource_type": {resourceType}, "amount": {strconv.FormatFloat(amount, 'f', -1, 64)},
	}
	err = c.get(ctx, "v1/scheduler/placement", query, func(body io.Reader) error {
		var wire wirePlacement
		if err := json.NewDecoder(body).Decode(&wire); err != nil {
			return decodeError(err)
		}
		placement, err = wire.accept(amount)
		return err
	})
	return placement, err
}

// Recommend hands a recommended change of capacity over.
func (c *Compute) Recommend(ctx context.Context, idempotencyKey string, handover foresight.Handover) error {
	return c.post(ctx, "v1/capacity-recommendations", idempotencyKey, handover)
}

package serviceclient

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

var (
	_ foresight.Provisions = (*Compute)(nil)
	_ foresight.Prices     = (*Billing)(nil)
)

// wireProvision is how much of a metric a tenant may use, as compute writes it.
type wireProvision struct {
	TenantID     string                  `json:"tenant_id"`
	Metric       forecast.ResourceMetric `json:"metric"`
	Capacity     *decimal.Decimal        `json:"capacity"`
	ResourceType string                  `json:"resource_type"`
	LeadTimeDays int                     `json:"lead_time_days"`
	Planned      []struct {
		At     time.Time       `json:"at"`
		Amount decimal.Decimal `json:"amount"`
		Note   string          `json:"note"`
	} `json:"planned"`
	Commitments []struct {
		Units decimal.Decimal `json:"units"`
		From  time.Time       `json:"from"`
		Until time.Time       `json:"until"`
	} `json:"commitments"`
}

func (w wireProvision) accept(tenantID string) (foresight.Provision, error) {
	if w.TenantID != tenantID {
		return foresight.Provision{}, fmt.Errorf("%w: capacity of tenant %q in the listing of %q", errSchema, w.TenantID, tenantID)
	}
	if err := checkNumber("capacity", w.Capacity); err != nil {
		return foresight.Provision{}, err
	}
	if w.Metric == "" || w.LeadTimeDays < 0 {
		return foresight.Provision{}, missing("metric")
	}
	limit := capacity.Constant(w.Capacity.InexactFloat64())
	for _, planned := range w.Planned {
		limit.Planned = append(limit.Planned, capacity.Addition{At: planned.At.UTC(), Amount: planned.Amount.InexactFloat64(), Note: planned.Note})
	}
	if err := limit.Check(); err != nil {
		return foresight.Provision{}, fmt.Errorf("%w: %w", errSchema, err)
	}
	one := foresight.Provision{
		Key: foresight.Key{TenantID: w.TenantID, Metric: w.Metric}, Capacity: limit,
		ResourceType: w.ResourceType, LeadTime: time.Duration(w.LeadTimeDays) * 24 * time.Hour,
	}
	for _, owned := range w.Commitments {
		one.Commitments = append(one.Commitments, capacity.Commitment{
			Units: owned.Units.InexactFloat64(), From: owned.From.UTC(), Until: owned.Until.UTC(),
		})
	}
	return one, nil
}

// Provisions returns what a tenant may use of each metric.
func (c *Compute) Provisions(ctx context.Context, tenantID string) ([]foresight.Provision, error) {
	provisions := listing[wireProvision, foresight.Provision]{
		path: "v1/capacity", list: "capacity",
		accept: func(w wireProvision) (foresight.Provision, error) { return w.accept(tenantID) },
	}
	return provisions.all(ctx, c.caller, url.Values{"tenant_id": {tenantID}})
}

// wirePrice makes the amounts optional on the wire, so that a price without one is refused and not
// taken for nothing.
type wirePrice struct {
	ResourceType string           `json:"resource_type"`
	Hourly       *decimal.Decimal `json:"hourly"`
	Monthly      *decimal.Decimal `json:"monthly"`
	Currency     string           `json:"currency"`
	Offers       []struct {
		TermMonths int              `json:"term_months"`
		Upfront    *decimal.Decimal `json:"upfront"`
		Monthly    *decimal.Decimal `json:"monthly"`
	} `json:"offers"`
}

func (w wirePrice) accept() (foresight.Price, error) {
	switch {
	case w.ResourceType == "":
		return foresight.Price{}, missing("resource_type")
	case w.Currency == "":
		return foresight.Price{}, missing("currency")
	}
	if err := checkNumber("hourly", w.Hourly); err != nil {
		return foresight.Price{}, err
	}
	if err := checkNumber("monthly", w.Monthly); err != nil {
		return foresight.Price{}, err
	}
	price := foresight.Price{ResourceType: w.ResourceType, Hourly: *w.Hourly, Monthly: *w.Monthly, Currency: w.Currency}
	for _, offer := range w.Offers {
		if err := checkNumber("upfront", offer.Upfront); err != nil {
			return foresight.Price{}, err
		}
		if err := checkNumber("monthly", offer.Monthly); err != nil {
			return foresight.Price{}, err
		}
		price.Offers = append(price.Offers, capacity.Offer{TermMonths: offer.TermMonths, Upfront: *offer.Upfront, Monthly: *offer.Monthly})
	}
	return price, nil
}

// Prices returns what capacity costs.
func (b *Billing) Prices(ctx context.Context) ([]foresight.Price, error) {
	prices := listing[wirePrice, foresight.Price]{path: "v1/capacity-prices", list: "prices", accept: wirePrice.accept}
	return prices.all(ctx, b.caller, nil)
}

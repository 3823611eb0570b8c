package sample

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Resource is a resource as compute lists it.
type Resource struct {
	ID        string            `json:"resource_id"`
	Name      string            `json:"name"`
	Type      string            `json:"resource_type"`
	TenantID  string            `json:"tenant_id,omitempty"`
	ProjectID string            `json:"project_id,omitempty"`
	RegionID  string            `json:"region_id"`
	Tags      map[string]string `json:"tags,omitempty"`
}

// Rate is a list price from EffectiveFrom on.
type Rate struct {
	SkuID         string          `json:"sku_id"`
	ServiceName   string          `json:"service_name"`
	Unit          string          `json:"unit"`
	Price         decimal.Decimal `json:"price"`
	Currency      string          `json:"currency"`
	EffectiveFrom time.Time       `json:"effective_from"`
}

// inventory lists every resource, those of no tenant included.
func inventory(fleet []resource) []Resource {
	list := make([]Resource, 0, len(fleet))
	for _, r := range fleet {
		list = append(list, Resource{
			ID: r.id, Name: r.name, Type: r.resourceType, TenantID: r.tenant,
			ProjectID: r.project, RegionID: r.region, Tags: r.tags,
		})
	}
	slices.SortFunc(list, func(a, b Resource) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// rates lists the price of every service; prices do not change within the sample.
func rates() []Rate {
	var list []Rate
	for _, s := range allServices() {
		list = append(list, Rate{
			SkuID: s.sku, ServiceName: s.name, Unit: s.unit, Price: s.price.decimal(),
			Currency: Currency, EffectiveFrom: beginning,
		})
	}
	slices.SortFunc(list, func(a, b Rate) int { return cmp.Compare(a.SkuID, b.SkuID) })
	return list
}

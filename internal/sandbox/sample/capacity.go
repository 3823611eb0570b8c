package sample

import (
	"math"
	"time"

	"github.com/shopspring/decimal"
)

// Capacity is how much of a metric a tenant may use, how long it takes to add some, and what of it is
// reserved already.
type Capacity struct {
	TenantID     string          `json:"tenant_id"`
	Metric       string          `json:"metric"`
	Capacity     decimal.Decimal `json:"capacity"`
	Unit         string          `json:"unit"`
	ResourceType string          `json:"resource_type"`
	LeadTimeDays int             `json:"lead_time_days"`
	Commitments  []Committed     `json:"commitments,omitempty"`
}

// Committed is reserved from From (included) until Until (excluded).
type Committed struct {
	Units decimal.Decimal `json:"units"`
	From  time.Time       `json:"from"`
	Until time.Time       `json:"until"`
}

// Price is what billing charges for a unit of a resource that capacity is made of.
type Price struct {
	ResourceType string          `json:"resource_type"`
	Hourly       decimal.Decimal `json:"hourly"`
	Monthly      decimal.Decimal `json:"monthly"`
	Currency     string          `json:"currency"`
	Offers       []Offer         `json:"offers,omitempty"`
}

// Offer is what reserving a unit costs.
type Offer struct {
	TermMonths int             `json:"term_months"`
	Upfront    decimal.Decimal `json:"upfront"`
	Monthly    decimal.Decimal `json:"monthly"`
}

// supply is how a metric is bought.
var supply = map[string]struct {
	unit, resourceType string
	leadDays           int
}{
	"cpu_utilization":        {"percent", "cpu_share", 7},
	"instance_count":         {"instances", "instance", 7},
	"memory_utilization":     {"percent", "memory_share", 7},
	"network_bandwidth_mbps": {"Mbps", "bandwidth", 21},
	"request_rate":           {"requests per second", "request_capacity", 3},
	"storage_used_gb":        {"GB", "storage", 14},
}

// capacity grants each tenant most of twice what it used when the sample was loaded; the one that
// FullSoon names has just enough storage for some weeks.
func capacity(seed uint64) []Capacity {
	var list []Capacity
	for _, tenant := range sortedKeys(tenantNames) {
		for _, metric := range HourlyMetrics() {
			how := supply[metric]
			granted := decimal.NewFromInt(100)
			if math.IsInf(levels[metric].upper, 1) {
				base, _ := usual(seed, tenant, metric)
				factor := 2.6
				if tenant == FullSoon && metric == "storage_used_gb" {
					factor = 1
				} else if tenant == Moved {
					factor = 5
				}
				granted = decimal.NewFromInt(int64(math.Ceil(base * factor)))
			}
			one := Capacity{
				TenantID: tenant, Metric: metric, Capacity: granted, Unit: how.unit,
				ResourceType: how.resourceType, LeadTimeDays: how.leadDays,
			}
			if metric == "instance_count" && weights[planOf(tenant)] >= 4 {
				one.Commitments = []Committed{{Units: decimal.NewFromInt(4), From: beginning, Until: beginning.AddDate(3, 0, 0)}}
			}
			list = append(list, one)
		}
	}
	return list
}

// Prices returns what capacity costs.
func Prices() []Price {
	price := func(resourceType, hourly, monthly string, offers ...Offer) Price {
		return Price{
			ResourceType: resourceType, Hourly: decimal.RequireFromString(hourly), Monthly: decimal.RequireFromString(monthly),
			Currency: Currency, Offers: offers,
		}
	}
	offer := func(months int, upfront, monthly string) Offer {
		return Offer{TermMonths: months, Upfront: decimal.RequireFromString(upfront), Monthly: decimal.RequireFromString(monthly)}
	}
	return []Price{
		price("bandwidth", "0.00171", "1.25"),
		price("cpu_share", "0.0685", "50.00"),
		price("instance", "0.1664", "121.47", offer(12, "0", "76.53"), offer(36, "630.00", "35.04")),
		price("memory_share", "0.0411", "30.00"),
		price("request_capacity", "0.00274", "2.00"),
		price("storage", "0.000110", "0.08"),
	}
}

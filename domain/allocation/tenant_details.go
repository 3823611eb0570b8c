package allocation

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// withoutDetail stands for the project or resource of cost that has none.
const withoutDetail = "-"

// details sums one tenant's direct cost by project or resource.
type details struct {
	tenant string
	by     Breakdown
	owners Owners
	sums   map[string]*money.Sum
}

func newDetails(query TenantQuery) (*details, error) {
	d := &details{tenant: query.TenantID, by: query.By, sums: make(map[string]*money.Sum)}
	switch query.By {
	case "":
		d.by = ByCategory
	case ByCategory, ByProject, ByResource:
	default:
		return nil, fault.New(fault.InvalidInput, "by %.40q is none of category, project, resource", query.By)
	}
	return d, nil
}

// add hears of every part of a charge and takes those that go straight to the tenant.
func (d *details) add(part *PlacedPart) {
	if part.Account != d.tenant || d.by == ByCategory {
		return
	}
	key := part.Charge.ResourceID
	if d.by == ByProject {
		record, _ := d.owners.At(part.Charge.ResourceID, part.Start)
		key = record.ProjectID
	}
	if key == "" {
		key = withoutDetail
	}
	if d.sums[key] == nil {
		d.sums[key] = &money.Sum{}
	}
	d.sums[key].AddDecimal(part.Amount)
}

func (d *details) breakdown() map[string]decimal.Decimal {
	amounts := make(map[string]decimal.Decimal, len(d.sums))
	for key, sum := range d.sums {
		amounts[key] = sum.Decimal()
	}
	return amounts
}

// poolKey returns under which key a pool's cell counts; direct cost is broken down already unless
// it is by category.
func (d *details) poolKey(pool *PoolResult) (string, bool) {
	if d.by == ByCategory {
		return string(pool.Category), true
	}
	return "pool:" + pool.Pool, pool.IsShared()
}

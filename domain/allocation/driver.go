package allocation

import (
	"math/big"

	"github.com/omnicloud/omnicloud/domain/money"
)

// ClampedDriver is a tenant's total of a driver that was below zero and counted as zero.
type ClampedDriver struct {
	TenantID string
	Category CostCategory
	Total    *big.Rat
}

// driver is what every tenant has of one category over some segments, in whole units of 1/denominator.
type driver struct {
	units       []*big.Int
	total       *big.Int
	denominator *big.Int
	clamped     []ClampedDriver
}

// driverKey names a driver: the segments from first to last, and a category's place.
type driverKey struct{ first, last, category int }

// driver sums a category over segments. Totals below zero count as zero and are listed.
func (u *Usage) driver(key driverKey) driver {
	sums, cuts := u.total(key)
	digits := sums.Scale()
	d := driver{units: make([]*big.Int, u.roster.Len()), total: new(big.Int)}
	d.denominator = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	factor := big.NewInt(1)
	for _, part := range cuts {
		factor = multiple(factor, part.Denom())
	}
	units := make([]big.Int, len(d.units))
	for i := range d.units {
		d.units[i] = &units[i]
		sums.Units(d.units[i], i, digits)
		if len(cuts) > 0 {
			d.units[i].Mul(d.units[i], factor)
		}
	}
	for tenant, part := range cuts {
		scaled := new(big.Int).Quo(factor, part.Denom())
		scaled.Mul(scaled, part.Num()).Mul(scaled, d.denominator)
		d.units[tenant].Add(d.units[tenant], scaled)
	}
	d.denominator = new(big.Int).Mul(d.denominator, factor)
	d.clamp(u.roster, Categories()[key.category])
	return d
}

// clamp raises totals below zero to zero, lists them, and sums the rest.
func (d *driver) clamp(roster *Roster, category CostCategory) {
	for i, units := range d.units {
		if units.Sign() < 0 {
			d.clamped = append(d.clamped, ClampedDriver{roster.Tenant(i).ID, category, d.quantity(i)})
			d.units[i] = new(big.Int)
			continue
		}
		d.total.Add(d.total, units)
	}
}

// quantity returns what a tenant has of the driver.
func (d *driver) quantity(tenant int) *big.Rat {
	return new(big.Rat).SetFrac(d.units[tenant], d.denominator)
}

// total adds up the columns and the cut parts of a driver's segments.
func (u *Usage) total(key driverKey) (columns *money.Sums, cuts map[int]*big.Rat) {
	cuts = make(map[int]*big.Rat)
	for segment := key.first; segment <= key.last; segment++ {
		place := segment*categoryCount + key.category
		if key.first == key.last {
			columns = u.column(place)
		} else {
			if columns == nil {
				columns = money.NewSums(u.roster.Len())
			}
			columns.AddSums(u.column(place))
		}
		if u.cut != nil {
			u.addCuts(place, cuts)
		}
	}
	return columns, cuts
}

func (u *Usage) addCuts(column int, into map[int]*big.Rat) {
	for key, part := range u.cut {
		if key.column != column {
			continue
		}
		if into[key.tenant] == nil {
			into[key.tenant] = new(big.Rat)
		}
		into[key.tenant].Add(into[key.tenant], part)
	}
}

// multiple returns the least common multiple.
func multiple(a, b *big.Int) *big.Int {
	common := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(a, common.Quo(b, common))
}

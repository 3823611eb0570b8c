package allocation

import (
	"math/big"
	"time"

	"github.com/omnicloud/omnicloud/domain/money"
)

// activity is how long, in nanoseconds, somebody was active on each day of a month; nil for all of it.
type activity []int64

// activity returns that of a tenant. Who is not listed, as reserved accounts are, was there all month;
// so, for want of a better day, was a tenant who bears a cell and was active at no time.
func (c *calendar) activity(roster *Roster, name string) activity {
	if roster == nil {
		return nil
	}
	place, listed := roster.Place(name)
	if !listed {
		return nil
	}
	tenant := roster.Tenant(place)
	within := Span{From: c.start, Until: c.end}.inside(tenant.ActiveFrom, tenant.ActiveUntil)
	if within == 0 || within == c.end.Sub(c.start).Nanoseconds() {
		return nil
	}
	active := make(activity, c.count)
	for place := range active {
		start := c.start.Add(day * time.Duration(place))
		active[place] = Span{From: start, Until: start.Add(day)}.inside(tenant.ActiveFrom, tenant.ActiveUntil)
	}
	return active
}

// limit returns the ratio in which a cell goes to the days of an activity: that of its pool, each day
// by how much of it was active. Where the pool's days are all others, it is the activity alone.
func (a activity) limit(weights money.Weights, whole money.Accrual) (money.Accrual, error) {
	if a == nil {
		return whole, nil
	}
	limited, alone := make([]*big.Int, len(a)), make([]*big.Int, len(a))
	for i, active := range a {
		alone[i] = big.NewInt(active)
		limited[i] = new(big.Int).Mul(weights.Weight(i), alone[i])
	}
	made, err := money.NewWeights(limited)
	if err == nil && made.IsZero() {
		made, err = money.NewWeights(alone)
	}
	return money.NewAccrual(made), err
}

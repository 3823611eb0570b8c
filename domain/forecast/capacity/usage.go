package capacity

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// usage is what is used in each hour of a term beyond what is owned, in units that a price can meet.
type usage struct {
	// used is in millionths of a unit.
	used []int64
	// forecast is how many of the hours the forecast itself covers.
	forecast int
	hourly   []float64 // before what is owned
}

// millionths is how many parts of a unit usage is counted in: what quantity keeps of it.
const millionths = 1_000_000

// mostUnits keeps sums of some hours within 64 bits.
const mostUnits = 100_000_000

// usageOverTerm spreads a quantile over the hours of the term. After the forecast's end its last week
// (or, of coarser points, its last four weeks or twelve months, or all that there is) repeats.
func usageOverTerm(c ReservationCase, level float64) (usage, error) {
	values, err := c.Forecast.Quantile(level)
	if err != nil {
		return usage{}, err
	}
	start := c.Forecast.Predictions[0].Timestamp
	hours := int(start.AddDate(0, c.Offer.TermMonths, 0).Sub(start).Hours())
	u := usage{hourly: make([]float64, 0, hours)}
	for i := 0; i < len(values) && len(u.hourly) < hours; i++ {
		end := c.Forecast.Granularity.Step(start, i+1)
		if i+1 < len(values) {
			end = c.Forecast.Predictions[i+1].Timestamp
		}
		for at := start.Add(time.Duration(len(u.hourly)) * time.Hour); at.Before(end) && len(u.hourly) < hours; at = at.Add(time.Hour) {
			u.hourly = append(u.hourly, values[i])
		}
	}
	u.forecast = len(u.hourly)
	period := min(repeated(c.Forecast.Granularity), u.forecast)
	for len(u.hourly) < hours {
		u.hourly = append(u.hourly, u.hourly[len(u.hourly)-period])
	}
	for _, v := range u.hourly {
		if !(v <= mostUnits) {
			return u, fault.Invalid("/predictions", "the forecast of %s holds %v; usage that is reserved must be at most %d units", c.Forecast.Metric, v, mostUnits)
		}
	}
	u.less(c, 1)
	return u, nil
}

// repeated is how many hours at the end of a forecast stand for what follows it.
func repeated(g forecast.ForecastGranularity) int {
	switch g {
	case forecast.Hourly, forecast.Daily:
		return 7 * 24
	case forecast.Weekly:
		return 4 * 7 * 24
	default:
		return 365 * 24
	}
}

// less fills used with a share of the hourly usage less what is owned.
func (u *usage) less(c ReservationCase, share float64) {
	u.used = make([]int64, len(u.hourly))
	at := c.Forecast.Predictions[0].Timestamp
	for i, v := range u.hourly {
		left := v * share
		for _, owned := range c.Owned {
			if !at.Before(owned.From) && at.Before(owned.Until) {
				left -= owned.Units
			}
		}
		u.used[i] = int64(math.RoundToEven(max(left, 0) * millionths))
		at = at.Add(time.Hour)
	}
}

// fallenByTenth returns the same usage a tenth lower, before what is owned is taken off.
func (u usage) fallenByTenth(c ReservationCase) usage {
	u.less(c, 0.9)
	return u
}

// total is the usage in unit hours.
func (u usage) total() decimal.Decimal { return u.covered(mostUnits + 1) }

// covered returns how many unit hours a commitment of so many units would be in use.
func (u usage) covered(units int64) decimal.Decimal {
	sum := decimal.Zero
	const chunk = 64 // sums of so many hours stay within 64 bits
	for part := range slices.Chunk(u.used, chunk) {
		within := int64(0)
		for _, used := range part {
			within += min(used, units*millionths)
		}
		sum = sum.Add(decimal.New(within, -quantityDigits))
	}
	return sum
}

// cheapest returns the number of units whose fee and remaining on-demand hours cost least. Costs are
// compared exactly: a commitment of c units saves price·Σ min(used, c) − fee·c.
func (u usage) cheapest(fee, price decimal.Decimal) int64 {
	sorted := slices.Clone(u.used)
	slices.Sort(sorted)
	best, most := int64(0), decimal.Zero
	below, sum := 0, decimal.Zero // hours wholly covered by the candidate, and their sum
	last := int64(0)
	for _, used := range sorted {
		for _, candidate := range []int64{used / millionths, (used + millionths - 1) / millionths} {
			if candidate <= last {
				continue
			}
			last = candidate
			next := below + sort.Search(len(sorted)-below, func(i int) bool { return sorted[below+i] > candidate*millionths })
			for ; below < next; below++ {
				sum = sum.Add(decimal.New(sorted[below], -quantityDigits))
			}
			covered := sum.Add(decimal.NewFromInt(candidate).Mul(decimal.NewFromInt(int64(len(sorted) - below))))
			saved := covered.Mul(price).Sub(fee.Mul(decimal.NewFromInt(candidate)))
			if saved.GreaterThan(most) {
				best, most = candidate, saved
			}
		}
	}
	return best
}

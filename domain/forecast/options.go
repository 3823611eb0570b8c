package forecast

import (
	"math"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// DefaultLevels are the probabilities of the quantiles that a forecast has unless asked otherwise.
func DefaultLevels() []float64 { return []float64{0.1, 0.5, 0.9} }

// MaxHorizon is the greatest number of points that may be forecast: more than a year of hours.
const MaxHorizon = 10000

// Bounds are the least and the greatest value that a metric can take.
type Bounds struct{ Lower, Upper float64 }

// Unbounded is a metric that can take any value.
func Unbounded() Bounds { return Bounds{math.Inf(-1), math.Inf(1)} }

// Clip returns the finite value within the bounds that is nearest to v.
func (b Bounds) Clip(v float64) float64 {
	return min(max(v, b.Lower, -math.MaxFloat64), b.Upper, math.MaxFloat64)
}

// Options say what is forecast. The same options hold for every series of a forecaster.
type Options struct {
	// Horizon is the number of points to forecast, from 1 to MaxHorizon.
	Horizon int
	// Granularity is the distance between points; empty to find it from each series' stamps.
	Granularity ForecastGranularity
	// Levels are the probabilities of the quantiles, rising, each within (0, 1); empty for
	// DefaultLevels.
	Levels []float64
	// Bounds are those of the metric; forecasts stay within them.
	Bounds Bounds
	// Workers is the number of series forecast at once, at least 1; the result does not depend on it.
	Workers int
	// Recipe narrows which models are combined; the zero value combines all of them.
	Recipe Recipe
	// Contest lets the combination that is weighed afresh challenge the one in use of each series.
	Contest bool
}

// check fills defaults and refuses what cannot be, as InvalidInput.
func (o Options) check() (Options, error) {
	if len(o.Levels) == 0 {
		o.Levels = DefaultLevels()
	}
	o.Levels = slices.Clone(o.Levels)
	o.Workers = max(o.Workers, 1)
	if o.Bounds == (Bounds{}) {
		o.Bounds = Unbounded()
	}
	if o.Horizon < 1 || o.Horizon > MaxHorizon {
		return o, fault.Invalid("/horizon", "the horizon is %d points; it must be from 1 to %d", o.Horizon, MaxHorizon)
	}
	if o.Granularity != "" && !slices.Contains(Granularities(), o.Granularity) {
		return o, fault.Invalid("/granularity", "the granularity %q is unknown; use hourly, daily, weekly or monthly", o.Granularity)
	}
	for i, level := range o.Levels {
		if !(level > 0 && level < 1) {
			return o, fault.Invalid("/levels", "the level %v is not between 0 and 1; write 0.9 for P90", level)
		}
		if i > 0 && level <= o.Levels[i-1] {
			return o, fault.Invalid("/levels", "the levels %v and %v do not rise; give each once, in rising order", o.Levels[i-1], level)
		}
	}
	if !(o.Bounds.Lower < o.Bounds.Upper) {
		return o, fault.Invalid("/bounds", "the bounds %v and %v hold no value between them; give the lower one first", o.Bounds.Lower, o.Bounds.Upper)
	}
	return o, o.Recipe.check()
}

package forecast

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// By how many standard errors over the rolling origins a short series' combination must be better than a
// naive forecast to stand alone, and a seasonal naive forecast of a longer series must be better than the
// combination to take its place. The origins overlap, so that both are less strict than they would be of
// independent ones.
const (
	barely  = 0.5
	clearly = 3
)

// leastOrigins is from how many rolling origins a standard error says anything.
const leastOrigins = 3

// isShort reports whether a series shows what it does at most twice: hours and days under three weeks. Models
// are then judged by patterns that they cannot have told from chance.
func isShort(n int, granularity ForecastGranularity) bool {
	switch granularity {
	case Hourly:
		return n < 3*7*24
	case Daily:
		return n < 3*7
	default:
		return false
	}
}

// guard draws the combination to a naive forecast where the rolling origins do not show that it is better:
// a short series to its last value or to the last cycle of its shortest season (a day of hours), whichever was
// better, the more the less of a lead the combination has; a longer one only where that cycle was clearly
// better, and then altogether. What a recipe narrows is left as it was asked for.
func (t *trial) guard(granularity ForecastGranularity) {
	oldest := len(t.origins) - 1
	if oldest < leastOrigins {
		return
	}
	short, naive := isShort(len(t.values), granularity), t.naivePaths(seasonFor(granularity, t.origins[oldest]))
	if last := t.naivePaths(1); short && t.error(model.Candidate{Paths: last}) < t.error(model.Candidate{Paths: naive}) {
		naive = last
	}
	lead := t.lead(naive)
	switch {
	case short:
		t.naive = 1 - min(max(lead/barely, 0), 1)
	case lead < -clearly:
		t.naive = 1
	}
	if t.naive == 0 {
		return
	}
	for i, path := range t.blended {
		for k := range path {
			path[k] += t.naive * (naive[i][k] - path[k])
		}
	}
}

// naivePaths repeats the last season from every origin.
func (t *trial) naivePaths(season int) []model.Path {
	paths := make([]model.Path, len(t.origins))
	for i, origin := range t.origins {
		paths[i] = make(model.Path, t.horizon)
		for k := range paths[i] {
			paths[i][k] = t.values[origin-season+k%season]
		}
	}
	return paths
}

// lead is by how many standard errors the combination was better than other paths at the rolling origins.
func (t *trial) lead(other []model.Path) float64 {
	var leads []float64
	for i, origin := range t.origins[1:] {
		known := t.values[origin:min(origin+t.horizon, len(t.values))]
		sum := 0.0
		for k, v := range known {
			sum += math.Abs(other[i+1][k]-v) - math.Abs(t.blended[i+1][k]-v)
		}
		leads = append(leads, sum/float64(len(known)))
	}
	const floor = 1e-12 // of a scaled series, where all errors are the same
	mean, deviation := stat.MeanStdDev(leads, nil)
	return mean / (deviation/math.Sqrt(float64(len(leads))) + floor)
}

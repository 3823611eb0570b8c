package forecast

import (
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// Seasonality is a pattern that repeats, or its absence.
type Seasonality struct {
	Type SeasonalityType `json:"seasonality"`
	// Confidence is 1 − p of the test of the autocorrelation at the season's lag; 0 for none.
	Confidence float64 `json:"confidence"`
	// Period is the length of the season in points of the series at even distances (hours where it is finer),
	// rounded; 0 for none.
	Period int `json:"period"`
}

const (
	// seasonSignificance is the greatest p-value at which a season is believed. The variance that it
	// rests on counts the season itself as memory, so that few seasons can reach less.
	seasonSignificance = 0.05
	// leastSeasonStrength is the least share of the detrended variance that a season must explain:
	// what explains less may be there, and helps nobody.
	leastSeasonStrength = 0.1
	// surelySeasonal is the confidence from which a season is taken out before changes are sought.
	surelySeasonal = 0.999
)

// DetectSeasonality returns the strongest pattern of a metric: the one that explains most of its
// variance among those whose autocorrelation is significant at a daily, weekly, monthly or yearly lag.
// Shorter seasons are removed before longer ones are tested, so that a week is not merely seven equal
// days. Points may stand in any order and at uneven distances; a NaN is a gap. Stamps too far apart and values
// too large to be forecast show no pattern.
func DetectSeasonality(points []UsageDataPoint) Seasonality {
	best, strongest := Seasonality{Type: NoSeasonality}, 0.0
	g, err := regularise(Series{Points: points}, "")
	if err != nil {
		return best
	}
	stamps := make([]time.Time, len(g.values))
	for i := range stamps {
		stamps[i] = g.at(i)
	}
	bridgeGaps(g.values)
	for _, season := range seasonsOf(stamps, g.values) {
		if season.strength > strongest {
			strongest = season.strength
			best = Seasonality{season.kind, season.confidence, int(math.Round(season.period))}
		}
	}
	return best
}

// season is a pattern that was found in a series.
type season struct {
	kind   SeasonalityType
	period float64
	// confidence is 1 − p, strength the share of the detrended variance that the pattern explains.
	confidence, strength float64
	// phases holds for each point where in the pattern it stands, effects what the pattern adds there.
	phases  []int
	effects []float64
}

// without returns values less the pattern.
func (s season) without(values []float64) []float64 {
	left := make([]float64, len(values))
	for i, v := range values {
		left[i] = v - s.effects[s.phases[i]]
	}
	return left
}

// seasonsOf returns the seasons of a series without gaps, the shortest first.
func seasonsOf(stamps []time.Time, values []float64) []season {
	if len(values) < 4 {
		return nil
	}
	points := make([]UsageDataPoint, len(stamps))
	for i, stamp := range stamps {
		points[i].Timestamp = stamp
	}
	var found []season
	for _, cycle := range cyclesOf(findGranularity(points)) {
		if float64(len(values)) < 2.5*cycle.period {
			break // and so are all longer ones
		}
		if s, is := cycle.test(stamps, values); is {
			found = append(found, s)
			values = s.without(values)
		}
	}
	return found
}

// test looks for a cycle in values. The trend is taken out by a moving average over whole cycles; the
// autocorrelation of what is left is held against Bartlett's variance for memory of up to half a cycle,
// (1 + 2 Σ r²)/n (Box, Jenkins, Reinsel and Ljung, Time Series Analysis, 5th edition, section 2.1.6), and
// must be greater than at half a cycle, or any slow wandering would pass.
func (c cycle) test(stamps []time.Time, values []float64) (season, bool) {
	left := detrend(values, c.period)
	n := float64(len(left))
	lag := int(math.Round(c.period))
	squares := 0.0
	for k := 1; k <= lag/2; k++ {
		r := autocorrelation(left, k)
		squares += r * r
	}
	r := autocorrelation(left, lag)
	deviation := math.Sqrt((1 + 2*squares) / n)
	p := distuv.UnitNormal.Survival(r / deviation)
	if !(p <= seasonSignificance) || (lag > 2 && r <= autocorrelation(left, lag/2)) {
		return season{}, false
	}
	s := season{kind: c.kind, period: c.period, confidence: 1 - p, phases: make([]int, len(stamps))}
	for i, stamp := range stamps {
		s.phases[i] = c.phase(stamp)
	}
	s.learn(left)
	return s, s.strength >= leastSeasonStrength
}

// learn takes the effects from detrended values: the mean of each phase less the mean of all. Its
// strength allows for the phases that were fitted, as the adjusted R² does.
func (s *season) learn(left []float64) {
	phases := 1 + slices.Max(s.phases)
	s.effects = make([]float64, phases)
	counts := make([]float64, phases)
	total := 0.0
	for i, v := range left {
		s.effects[s.phases[i]] += v
		counts[s.phases[i]]++
		total += v * v
	}
	mean, used := 0.0, 0.0
	for phase, count := range counts {
		if count > 0 {
			s.effects[phase] /= count
			mean += s.effects[phase]
			used++
		}
	}
	remaining := 0.0
	for phase, count := range counts {
		if count > 0 {
			s.effects[phase] -= mean / used
		}
	}
	for i, v := range left {
		d := v - s.effects[s.phases[i]]
		remaining += d * d
	}
	n := float64(len(left))
	if total > 0 && n > used {
		s.strength = 1 - remaining/(n-used)/(total/n)
	}
}

// detrend subtracts a centred moving average over whole cycles; within half a cycle of either end the
// nearest whole average is taken, less the slope that it would miss.
func detrend(values []float64, period float64) []float64 {
	n := len(values)
	half := int(math.Round(period)) / 2
	weight := make([]float64, 2*half+1)
	for i := range weight {
		weight[i] = 1
	}
	if int(math.Round(period))%2 == 0 {
		weight[0], weight[2*half] = 0.5, 0.5
	}
	total := 0.0
	for _, w := range weight {
		total += w
	}
	trend := make([]float64, n)
	for i := half; i < n-half; i++ {
		sum := 0.0
		for k, w := range weight {
			sum += w * values[i-half+k]
		}
		trend[i] = sum / total
	}
	for i := range half {
		// A line through two averages that are half a cycle apart goes on to the end.
		near, far := half, min(2*half, n-half-1)
		slope := (trend[far] - trend[near]) / float64(max(1, far-near))
		trend[i] = trend[near] + slope*float64(i-near)
		near, far = n-half-1, max(n-2*half-1, half)
		slope = (trend[near] - trend[far]) / float64(max(1, near-far))
		trend[n-1-i] = trend[near] + slope*float64(n-1-i-near)
	}
	left := make([]float64, n)
	for i, v := range values {
		left[i] = v - trend[i]
	}
	return left
}

// autocorrelation returns the correlation of values of mean zero with themselves k points earlier, from
// −1 to 1; 0 for a constant series.
func autocorrelation(values []float64, k int) float64 {
	products, squares := 0.0, 0.0
	for i, v := range values {
		squares += v * v
		if i >= k {
			products += v * values[i-k]
		}
	}
	if squares == 0 {
		return 0
	}
	return products / squares
}

package forecast

import (
	"fmt"
	"math"
)

// mend makes a grid fit for models: counters are joined, gaps filled, outliers drawn in; each is
// listed. The order matters: a reset would look like an outlier, and a gap hides both.
func (g *grid) mend(seasons []int, bounds Bounds) {
	g.joinCounter()
	g.fillGaps(seasons)
	g.drawInOutliers(seasons[0])
	g.noteCeiling(bounds)
}

// fillGaps fills a gap from the same place in the seasons before and after it, shifted to the level
// of the neighbours, or by a line between the neighbours where there is no season to take it from.
func (g *grid) fillGaps(seasons []int) {
	known := make([]bool, len(g.values))
	for i, v := range g.values {
		known[i] = !math.IsNaN(v)
		if !known[i] {
			g.filled = append(g.filled, i)
		}
	}
	if len(g.filled) == 0 {
		return
	}
	filled := append([]float64(nil), g.values...)
	for i := 0; i < len(g.values); i++ {
		if known[i] {
			continue
		}
		end := i
		for !known[end] { // the grid is trimmed: a known value follows every gap
			end++
		}
		for k := i; k < end; k++ {
			filled[k] = g.guess(known, i-1, end, k, seasons)
		}
		i = end
	}
	g.values = filled
	g.mended = append(g.mended, Mending{
		Kind: "gap", Count: len(g.filled),
		Note: fmt.Sprintf("missing %ss were filled from their season and neighbours", g.granularity.noun()),
	})
}

// guess returns a value for the point at in a gap between the known points before and after: the mean
// of what stood there a season earlier and later, or as many as the gap is long, plus how far the gap's ends
// lie from the same points then.
func (g *grid) guess(known []bool, before, after, at int, seasons []int) float64 {
	share := float64(at-before) / float64(after-before)
	line := g.values[before] + share*(g.values[after]-g.values[before])
	if after-before <= 2 {
		return line
	}
	for s := len(seasons) - 1; s >= 0; s-- {
		sum, count := 0.0, 0
		away := (after - before + seasons[s] - 1) / seasons[s] * seasons[s]
		for _, shift := range []int{-away, away} {
			a, b, c := before+shift, after+shift, at+shift
			if a < 0 || b >= len(known) || !known[a] || !known[b] || !known[c] {
				continue
			}
			sum += g.values[c] - (g.values[a] + share*(g.values[b]-g.values[a]))
			count++
		}
		if count > 0 {
			return line + sum/float64(count)
		}
	}
	return line
}

// noteCeiling tells when a metric has stood at its upper bound: demand beyond it was not measured.
func (g *grid) noteCeiling(bounds Bounds) {
	count := 0
	for _, v := range g.values {
		if v >= bounds.Upper {
			count++
		}
	}
	if count > 0 {
		g.mended = append(g.mended, Mending{
			Kind: "ceiling", Count: count,
			Note: fmt.Sprintf("values at or above the upper bound %v; demand beyond it was not measured", bounds.Upper),
		})
	}
}

package regime

import (
	"math"
	"slices"
)

// segment is the points from one change up to the next; it is a constant or a line.
type segment struct {
	from, to int
	sloped   bool
}

// slopeShare is the extra price of a line, as a share of the price of a change: a line has one
// parameter more than a constant, a change has two (where, and the new level).
const slopeShare = 0.5

// grid says at which places a change may lie.
type grid struct {
	points int
	// stride is the distance between candidate places, 1 for short series.
	stride int
	// least is the fewest points of a segment.
	least int
}

// place returns the point at a node of the grid; the last node is the end of the series.
func (g grid) place(node int) int { return min(node*g.stride, g.points) }

// nodes returns the number of the last node.
func (g grid) nodes() int { return (g.points + g.stride - 1) / g.stride }

// partition returns the segments with the least sum of costs, at a penalty for each. A candidate start
// s is pruned once it cannot begin the best last segment any more: splitting a segment never costs
// more than the price of one line, hence that allowance, as long as both parts may be lines; pruning
// waits until they may.
func partition(c *costs, g grid, penalty float64) []segment {
	last := g.nodes()
	best := make([]float64, last+1)
	from := make([]int, last+1)
	sloped := make([]bool, last+1)
	slope := penalty * slopeShare
	type start struct{ node, prunedAt int }
	starts := []start{{0, math.MaxInt}}
	for node := 1; node <= last; node++ {
		end := g.place(node)
		best[node] = math.Inf(1)
		reached := make([]float64, len(starts))
		for i, s := range starts {
			begin := g.place(s.node)
			reached[i] = math.Inf(1)
			if end-begin < g.least {
				continue
			}
			cost, isLine := c.of(begin, end, slope)
			reached[i] = best[s.node] + cost
			if reached[i]+penalty < best[node] {
				best[node], from[node], sloped[node] = reached[i]+penalty, s.node, isLine
			}
		}
		kept := starts[:0]
		for i, s := range starts {
			if s.prunedAt == math.MaxInt && end-g.place(s.node) >= c.leastLine && reached[i]-slope > best[node] {
				s.prunedAt = end + c.leastLine
			}
			if end < s.prunedAt {
				kept = append(kept, s)
			}
		}
		starts = kept
		if !math.IsInf(best[node], 1) {
			starts = append(starts, start{node, math.MaxInt})
		}
	}
	var segments []segment
	for node := last; node > 0; node = from[node] {
		segments = append(segments, segment{g.place(from[node]), g.place(node), sloped[node]})
	}
	slices.Reverse(segments)
	return segments
}

// refine moves each change of a coarse grid to the place within one stride that costs least.
func refine(c *costs, g grid, segments []segment) {
	for i := 1; i < len(segments) && g.stride > 1; i++ {
		left, right := &segments[i-1], &segments[i]
		at, least := left.to, math.Inf(1)
		for to := max(left.from+g.least, left.to-g.stride); to <= min(right.to-g.least, left.to+g.stride); to++ {
			cost := c.least(segment{left.from, to, left.sloped}) + c.least(segment{to, right.to, right.sloped})
			if cost < least {
				at, least = to, cost
			}
		}
		left.to, right.from = at, at
	}
}

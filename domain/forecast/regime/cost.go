package regime

// costs holds running sums of a series, from which the cost of any segment takes a few operations.
type costs struct {
	sum, squares, moment []float64
	// leastLine is the fewest points that a line is put through; fewer look like a line too often.
	leastLine int
}

// newCosts takes the sums of values that are centred and scaled, so that nothing is lost in them. least
// is the fewest points of a segment.
func newCosts(values []float64, least int) *costs {
	n := len(values)
	c := &costs{make([]float64, n+1), make([]float64, n+1), make([]float64, n+1), least + (least+1)/2 + 1}
	for i, v := range values {
		c.sum[i+1] = c.sum[i] + v
		c.squares[i+1] = c.squares[i] + v*v
		c.moment[i+1] = c.moment[i] + v*float64(i)
	}
	return c
}

// around returns the residual sums of squares of the points from a up to b around their mean and
// around their least-squares line.
func (c *costs) around(a, b int) (mean, line float64) {
	n := float64(b - a)
	sum := c.sum[b] - c.sum[a]
	mean = max(0, c.squares[b]-c.squares[a]-sum*sum/n)
	if b-a < c.leastLine {
		return mean, mean
	}
	centre := float64(a+b-1) / 2
	spread := n * (n*n - 1) / 12
	moment := c.moment[b] - c.moment[a] - centre*sum
	return mean, max(0, mean-moment*moment/spread)
}

// of returns the cost of a segment: the lesser of a constant, and a line at an extra price.
func (c *costs) of(a, b int, slope float64) (cost float64, sloped bool) {
	mean, line := c.around(a, b)
	if line+slope < mean {
		return line + slope, true
	}
	return mean, false
}

// least returns the residual sum of squares of a segment in the better of its two forms.
func (c *costs) least(s segment) float64 {
	mean, line := c.around(s.from, s.to)
	if s.sloped {
		return line
	}
	return mean
}

// fit returns the level at the middle of a segment and its slope per point, zero for a constant.
func (c *costs) fit(s segment) (level, slope float64) {
	n := float64(s.to - s.from)
	sum := c.sum[s.to] - c.sum[s.from]
	if !s.sloped {
		return sum / n, 0
	}
	centre := float64(s.from+s.to-1) / 2
	return sum / n, (c.moment[s.to] - c.moment[s.from] - centre*sum) * 12 / (n * (n*n - 1))
}

// residuals returns what the segments leave unexplained.
func (c *costs) residuals(values []float64, segments []segment) []float64 {
	left := make([]float64, len(values))
	for _, s := range segments {
		level, slope := c.fit(s)
		centre := float64(s.from+s.to-1) / 2
		for i := s.from; i < s.to; i++ {
			left[i] = values[i] - level - slope*(float64(i)-centre)
		}
	}
	return left
}

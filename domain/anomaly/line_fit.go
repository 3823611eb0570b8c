package anomaly

// leave writes to h.residual what the given parts leave of the logarithms.
func (h *history) leave(line vector, shape week, peak peaks) {
	for i, log := range h.log {
		fitted := line[0] + line[1]*h.at[i] + shape.effect[h.weekday[i]] + peak.effect[h.place[i]]
		for j, s := range h.steps {
			if i >= s.first {
				fitted += line[2+j]
			}
		}
		h.residual[i] = log - fitted
	}
}

// fitLine fits level, slope and steps by weighted least squares and returns them with the factored
// normal matrix. Values are taken from their mean, so that what keeps the matrix regular pulls nobody
// toward a cost of 1, which would make the unit of money matter.
func (h *history) fitLine(values []float64, terms int, sigma float64) (vector, matrix) {
	var normal matrix
	var right vector
	centre := mean(values)
	for i, value := range values {
		value -= centre
		x := vector{1, h.at[i]}
		for j, s := range h.steps {
			if i >= s.first {
				x[2+j] = 1
			}
		}
		for a := range terms {
			weighted := h.weight[i] * x[a]
			right[a] += weighted * value
			for b := range a + 1 {
				normal[a][b] += weighted * x[b]
			}
		}
	}
	normal[1][1] += sigma * sigma / (trendPrior * trendPrior)
	// A step whose days all lost their weight has no size; a trace of ridge keeps it at zero.
	for a := range terms {
		normal[a][a] += 1e-6
	}
	normal.factor(terms)
	normal.solve(terms, &right)
	right[0] += centre
	return right, normal
}

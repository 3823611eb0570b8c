package anomaly

const (
	// trendPrior is the standard deviation of growth per day that is thought likely beforehand,
	// 0.4 % (×1.4 in a quarter). It holds the slope back where five weeks cannot tell it from
	// chance and leaves it free where thirteen can: a ridge of σ²/trendPrior² on the slope.
	trendPrior = 0.004
	// rounds of reweighting; the estimates move by less than a hundredth of the noise after four.
	rounds = 4
	// selectionError is how much larger the expectation's variance is than its parts' sum. The parts
	// are chosen by looking at the same days and fitted one after the other; on simulated fleets of
	// 35 to 180 days their joint error is about three tenths as large again.
	selectionError = 1.3
	// roughExcess is how much larger than a single least-squares fit would have it the variance is of
	// what the rough fit says: its weights, and what it leaves out, follow the same days.
	roughExcess = 1.1
)

// expectation is what the history lets one expect of the evaluated day, in logarithms.
type expectation struct {
	log float64
	// sigma is the noise of ordinary days, estimated with so many degrees of freedom.
	sigma, freedom float64
	// leverage is the variance of the expectation itself in noise variances, peakVariance what a
	// month's peak adds to it.
	leverage, peakVariance float64
	// unseenPeak says that the day is a month's first or last and the history holds none like it.
	unseenPeak bool
}

// known reports whether there is a fit at all.
func (e expectation) known() bool { return e.freedom > 0 }

// expect fits level, trend, accepted steps, weekdays and month's peaks to the history and carries
// them to the evaluated day. Each part is fitted to what the others leave over (backfitting), with
// weights that ignore days far out (iteratively reweighted least squares, Holland & Welsch 1977).
func (h *history) expect(accept int) expectation {
	shape := h.roughWeek()
	h.flatten(shape)
	h.findSteps(accept)
	terms := 2 + len(h.steps)
	for i := range h.weight {
		h.weight[i] = 1
	}
	// The first line is fitted to the clipped series, with the steps put back.
	for i := range h.flat {
		for _, s := range h.steps {
			if i >= s.first {
				h.flat[i] += s.rise
			}
		}
	}
	line, inverse := h.fitLine(h.flat, terms, leastSigma)
	var peak peaks
	sigma := 0.0
	for round := range rounds {
		h.leave(line, shape, peak)
		if round == 0 {
			sigma = medianDeviation(h.residual, h.scratch)
		}
		sigma = scale(h.residual, sigma, float64(terms)+shape.parameters+peak.parameters)
		for i, r := range h.residual {
			h.weight[i] = hampel(r, sigma)
		}
		h.leave(vector{}, shape, peak)
		line, inverse = h.fitLine(h.residual, terms, sigma)
		h.leave(line, week{}, peak)
		shape = h.fitWeek(sigma)
		h.leave(line, shape, peaks{})
		peak = h.fitPeaks(sigma)
	}
	h.leave(line, shape, peak)
	expected := h.carry(line, inverse, terms, shape, peak, sigma)
	h.keep(line, inverse, shape, sigma)
	h.leave(line, shape, peak)
	return expected
}

// keep notes what the fit says of the series for the fleet and the refit.
func (h *history) keep(line vector, inverse matrix, shape week, sigma float64) {
	own := rough{sigma: sigma, cheap: shape.cheap, parted: shape.parted, weekChance: shape.chance, weekdayWeight: float64(len(h.at)) / 7}
	terms, held := 2+len(h.steps), sigma*sigma/(trendPrior*trendPrior)
	if len(h.steps) == 0 {
		// The ridge is taken out of slope and variance.
		whole := 1 / inverse.quadratic(terms, vector{0, 1})
		if whole > 1.05*held {
			own.slope, own.slopeVariance = line[1]*whole/(whole-held), roughExcess*sigma*sigma/(whole-held)
		}
	}
	own.weight, own.steps = h.kept.weight[:0], h.kept.steps[:0]
	own.steps = append(own.steps, h.steps...)
	for _, weight := range h.weight {
		own.weight = append(own.weight, float32(weight))
	}
	h.leave(line, shape, peaks{})
	for i, place := range h.place {
		own.peakMean[place] += h.residual[i]
		own.peakDays[place]++
	}
	for place := lastDay; place < edges; place++ {
		own.peakMean[place] /= max(own.peakDays[place], 1)
	}
	for i, place := range h.place {
		off := h.residual[i] - own.peakMean[place]
		own.peakExcess[place] += off * off / max(own.peakDays[place]-1, 1)
	}
	for place := lastDay; place < edges; place++ {
		own.peakExcess[place] -= 2 * sigma * sigma
	}
	h.kept = own
}

// carry extends the fitted parts to the evaluated day.
func (h *history) carry(line vector, inverse matrix, terms int, shape week, peak peaks, sigma float64) expectation {
	point := vector{1, 0}
	log := line[0]
	for j := 2; j < terms; j++ {
		point[j] = 1
		log += line[j]
	}
	weekday, place := h.target.weekday(), edgeOf(h.target)
	log += shape.effect[weekday] + peak.effect[place]
	leverage := selectionError * (inverse.quadratic(terms, point) + shape.variance[weekday])
	return expectation{
		log:          log,
		sigma:        sigma,
		freedom:      max(float64(len(h.at)-terms)-shape.parameters-peak.parameters, 1),
		leverage:     leverage,
		peakVariance: peak.variance[place],
		unseenPeak:   place.peaks() && peak.seen[place] == 0,
	}
}

// flatten writes the logarithms without the weekly shape to h.flat and clips what lies further than
// three noises from its week's median: a lone peak must not pass for the edge of a step.
func (h *history) flatten(shape week) {
	for i, log := range h.log {
		h.flat[i] = log - shape.effect[h.weekday[i]]
	}
	reach := 3 * h.differenceSigma()
	runningMedian(h.flat, h.smooth)
	for i, middle := range h.smooth {
		h.flat[i] = min(max(h.flat[i], middle-reach), middle+reach)
	}
}

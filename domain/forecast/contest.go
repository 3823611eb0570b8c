package forecast

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
)

// promotionMargin is by how much of the error of the combination in use a challenger must be better to
// take its place: less is within what nine origins that overlap can tell, and would exchange models for
// noise night after night.
const promotionMargin = 0.02

// Contest is a challenger beside the combination in use, both judged from the same rolling origins.
type Contest struct {
	Origins int
	// Challenger and InUse are mean absolute errors over all rolling origins, in the unit of the series;
	// NaN where there was no origin, or no combination in use. Weights that are made by validation are
	// made for each origin from origins that share no outcome with it, so that no challenger is judged by
	// what it was chosen on; fixed weights are judged as they are.
	Challenger, InUse float64
	// Weights are the challenger's for a forecast from the end, by candidate; they sum to 1.
	Weights map[string]float64
	// Promoted says that the challenger takes the place of the combination in use, Reason why or why not.
	Promoted bool
	Reason   string
}

// decide promotes a challenger whose error is below that of the combination in use by promotionMargin.
func (c *Contest) decide() {
	switch {
	case c.Origins == 0:
		c.Reason = "the history is too short for a rolling origin to tell the two apart"
	case math.IsNaN(c.InUse):
		c.Promoted, c.Reason = true, "nothing of the model in use can forecast the series any more"
	case c.Challenger <= (1-promotionMargin)*c.InUse && c.Challenger < c.InUse:
		c.Promoted, c.Reason = true, fmt.Sprintf("its error is %.1f %% below that of the model in use", 100*(1-c.Challenger/c.InUse))
	case c.Challenger < c.InUse:
		c.Reason = fmt.Sprintf("its error is %.1f %% below that of the model in use; %.0f %% are asked for", 100*(1-c.Challenger/c.InUse), 100*promotionMargin)
	default:
		c.Reason = "its error is not below that of the model in use"
	}
}

// Contest judges a recipe against the one in use on a series. Errors are those of Forecast; recipes of
// which nothing can forecast the series are InvalidInput for the challenger, and lose where they are in
// use. A constant series has no origin that tells them apart.
func (f *Forecaster) Contest(series Series, challenger, inUse Recipe) (Contest, error) {
	c := Contest{Challenger: math.NaN(), InUse: math.NaN()}
	for _, recipe := range []Recipe{challenger, inUse} {
		if err := recipe.check(); err != nil {
			return c, err
		}
	}
	d, scaled, err := f.prepare(series)
	if err != nil {
		return c, err
	}
	if scaled != nil {
		t := run(scaled, d.grid.granularity, f.options.Horizon, func(name string) bool {
			return challenger.Weights[name] > 0 || inUse.Weights[name] > 0
		})
		c.Origins = len(t.origins) - 1
		weights := t.weightsBy(challenger)
		if weights == nil {
			return c, errNothingCounts(series.ID)
		}
		c.Challenger, c.Weights = t.errorBy(weights), t.byName(weights[0])
		if weights = t.weightsBy(inUse); weights != nil {
			c.InUse = t.errorBy(weights)
		}
		c.Challenger, c.InUse = c.Challenger*d.unit, c.InUse*d.unit
	}
	c.decide()
	return c, nil
}

// contest lets the combination that was weighed afresh challenge the one in use, nil for none, and leaves
// the trial with the weights of the winner.
func (t *trial) contest(inUse map[string]float64) Contest {
	c := Contest{Origins: len(t.origins) - 1, InUse: math.NaN(), Weights: t.byName(t.weights[0])}
	c.Challenger = t.errorBy(t.weights)
	if inUse == nil {
		c.Promoted, c.Reason = true, "no model was in use"
		return c
	}
	fixed := t.fixed(inUse)
	if fixed != nil {
		c.InUse = t.errorBy(t.everywhere(fixed))
	}
	c.decide()
	if !c.Promoted && fixed != nil {
		t.fix(fixed)
	}
	return c
}

// fixed puts weights by name in the order of the candidates, nil where none of them counts.
func (t *trial) fixed(byName map[string]float64) []float64 {
	weights, total := make([]float64, len(t.candidates)), 0.0
	for j, candidate := range t.candidates {
		weights[j] = byName[candidate.Name]
		total += weights[j]
	}
	if total == 0 {
		return nil
	}
	return weights
}

// byName turns weights in the order of the candidates into parts by name.
func (t *trial) byName(weights []float64) map[string]float64 {
	total := floats.Sum(weights)
	parts := make(map[string]float64, len(weights))
	for j, w := range weights {
		if w > 0 {
			parts[t.candidates[j].Name] = w / total
		}
	}
	return parts
}

// weightsBy returns the weights of a recipe from each origin, nil where nothing of it can forecast.
func (t *trial) weightsBy(recipe Recipe) [][]float64 {
	if recipe.Weights != nil {
		return t.everywhere(t.fixed(recipe.Weights))
	}
	counts := func(j int) bool { return !t.isSpare(j) && recipe.counts(t.candidates[j].Name) }
	for j := range t.candidates {
		if counts(j) {
			return t.weighAs(recipe, counts)
		}
	}
	return nil
}

// weighAs weighs the candidates that count as a recipe without weights of its own asks for.
func (t *trial) weighAs(recipe Recipe, counts func(candidate int) bool) [][]float64 {
	if recipe.Best {
		return t.weighBest(counts)
	}
	return t.weigh(counts)
}

// everywhere returns the same weights from each origin, nil for none.
func (t *trial) everywhere(weights []float64) [][]float64 {
	if weights == nil {
		return nil
	}
	return slices.Repeat([][]float64{weights}, len(t.origins))
}

// errorBy is the mean absolute error over all rolling origins of combinations by the weights of each; NaN
// without an origin.
func (t *trial) errorBy(weights [][]float64) float64 {
	sum, count := 0.0, 0
	for i, origin := range t.origins {
		known := t.values[origin:min(origin+t.horizon, len(t.values))]
		if len(known) == 0 {
			continue
		}
		sum += floats.Distance(t.combined(weights[i], i)[:len(known)], known, 1)
		count += len(known)
	}
	return sum / float64(count)
}

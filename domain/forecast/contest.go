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
		if c.Challenger, err = t.judge(challenger, series.ID); err != nil {
			return c, err
		}
		c.Weights = t.byName(t.weightsBy(challenger))
		c.InUse, err = t.judge(inUse, series.ID)
		if err != nil {
			c.InUse = math.NaN()
		}
		c.Challenger, c.InUse = c.Challenger*d.unit, c.InUse*d.unit
	}
	c.decide()
	return c, nil
}

// judge returns the error of a recipe over all rolling origins.
func (t *trial) judge(recipe Recipe, seriesID string) (float64, error) {
	if recipe.Weights == nil {
		if !t.counts(recipe) {
			return math.NaN(), errNothingCounts(seriesID)
		}
		return t.errorBy(func(i int) []float64 { return t.weightsApart(i, recipe) }), nil
	}
	fixed := t.fixed(recipe.Weights)
	if fixed == nil {
		return math.NaN(), errNothingCounts(seriesID)
	}
	return t.errorBy(func(int) []float64 { return fixed }), nil
}

// contest lets the combination that was weighed afresh challenge the one in use, nil for none, and leaves
// the trial with the weights of the winner.
func (t *trial) contest(inUse map[string]float64) Contest {
	c := Contest{Origins: len(t.origins) - 1, InUse: math.NaN(), Weights: t.byName(t.weights)}
	c.Challenger = t.errorBy(func(i int) []float64 { return t.weightsApart(i, Recipe{}) })
	if inUse == nil {
		c.Promoted, c.Reason = true, "no model was in use"
		return c
	}
	fixed := t.fixed(inUse)
	if fixed != nil {
		c.InUse = t.errorBy(func(int) []float64 { return fixed })
	}
	c.decide()
	if !c.Promoted && fixed != nil {
		t.weights = fixed
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

// weightsBy returns the weights of a recipe that counts, by all rolling origins where it fixes none.
func (t *trial) weightsBy(recipe Recipe) []float64 {
	if recipe.Weights != nil {
		return t.fixed(recipe.Weights)
	}
	return t.within(recipe, slices.Clone(t.weights))
}

// within takes the weight of candidates that are no part of a recipe away.
func (t *trial) within(recipe Recipe, weights []float64) []float64 {
	for j, candidate := range t.candidates {
		if t.isSpare(j) || !recipe.counts(candidate.Name) {
			weights[j] = 0
		}
	}
	return weights
}

// errorBy is the mean absolute error over all rolling origins of combinations by weights that may differ
// from origin to origin; NaN without an origin.
func (t *trial) errorBy(weights func(origin int) []float64) float64 {
	sum, count := 0.0, 0
	for i, origin := range t.origins[1:] {
		path := t.combinedBy(weights(i+1), i+1)
		for k, v := range path[:min(t.horizon, len(t.values)-origin)] {
			sum += math.Abs(t.values[origin+k] - v)
			count++
		}
	}
	return sum / float64(count)
}

// weightsApart weighs the candidates of a recipe by the origins whose outcomes share nothing with those
// of one origin; alike where there are none.
func (t *trial) weightsApart(judged int, recipe Recipe) []float64 {
	return t.within(recipe, weightsOf(t.errorsApart(judged)))
}

// errorsApart is the mean absolute error of each candidate over those origins, 0 where there are none.
func (t *trial) errorsApart(judged int) []float64 {
	errors := make([]float64, len(t.candidates))
	for j, candidate := range t.candidates {
		sum, count := 0.0, 0
		for i, origin := range t.origins[1:] {
			if gap := origin - t.origins[judged]; -t.horizon < gap && gap < t.horizon {
				continue
			}
			for k, v := range candidate.Paths[i+1][:min(t.horizon, len(t.values)-origin)] {
				sum += math.Abs(t.values[origin+k] - v)
				count++
			}
		}
		errors[j] = sum / float64(max(count, 1))
	}
	return errors
}

// counts reports whether any candidate is part of a recipe.
func (t *trial) counts(recipe Recipe) bool {
	for j, candidate := range t.candidates {
		if !t.isSpare(j) && recipe.counts(candidate.Name) {
			return true
		}
	}
	return false
}

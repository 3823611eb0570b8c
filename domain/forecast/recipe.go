package forecast

import (
	"math"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// Recipe narrows the combination of models: to families, to candidates with weights of their own, or
// not at all where it is empty.
type Recipe struct {
	// Families are the models that count, by the name that their candidates begin with.
	Families []string
	// Weights fix the combination: only the candidates named count, each by its weight above 0. Nil
	// weighs by rolling origins.
	Weights map[string]float64
	// Best gives all weight to the candidate that the rolling origins find best, where no weights are fixed.
	Best bool
}

// ModelFamilies lists the models that a recipe can name.
func ModelFamilies() []string {
	return []string{"seasonal_naive", "theta", "damped", "ets", "ces", "card", "mstl", "ridge", "walk"}
}

// counts reports whether a candidate is part of the recipe.
func (r Recipe) counts(candidate string) bool {
	if r.Weights != nil {
		return r.Weights[candidate] > 0
	}
	if len(r.Families) == 0 {
		return true
	}
	for _, family := range r.Families {
		if candidate == family || strings.HasPrefix(candidate, family+"_") {
			return true
		}
	}
	return false
}

// isEmpty reports whether the recipe combines all models, weighed by rolling origins.
func (r Recipe) isEmpty() bool { return r.Weights == nil && len(r.Families) == 0 && !r.Best }

// restrict leaves in a trial what the recipe counts; a recipe of which nothing can forecast the series
// is InvalidInput.
func (t *trial) restrict(recipe Recipe, seriesID string) error {
	if recipe.isEmpty() {
		return nil
	}
	var candidates []model.Candidate
	var errors []float64
	for j, candidate := range t.candidates {
		if recipe.counts(candidate.Name) && (recipe.Weights != nil || !t.isSpare(j)) {
			candidates, errors = append(candidates, candidate), append(errors, t.errors[j])
		}
	}
	if len(candidates) == 0 {
		return errNothingCounts(seriesID)
	}
	t.candidates, t.errors, t.spare = candidates, errors, 0
	if recipe.Weights != nil {
		t.fix(t.fixed(recipe.Weights))
	} else {
		t.weights = t.weighAs(recipe, func(int) bool { return true })
	}
	return nil
}

func errNothingCounts(seriesID string) error {
	return fault.New(fault.InvalidInput, "none of the models chosen can forecast series %q; choose others or give more history", seriesID)
}

// check refuses weights that are no weights, as InvalidInput.
func (r Recipe) check() error {
	for name, weight := range r.Weights {
		if !(weight >= 0) || math.IsInf(weight, 1) {
			return fault.Invalid("/recipe/weights/"+name, "the weight %v of %s is not a number from 0 up", weight, name)
		}
	}
	return nil
}

package forecast

import "github.com/omnicloud/omnicloud/domain/forecast/model"

// describe tells what the models did.
func (t *trial) describe(outlook *Outlook, unit float64) {
	diagnostics, parts := &outlook.Diagnostics, t.byName(t.weights[0])
	diagnostics.Origins = len(t.origins) - 1
	for j, candidate := range t.candidates {
		if part, counts := parts[candidate.Name]; counts {
			diagnostics.Weights = append(diagnostics.Weights, ModelWeight{Model: candidate.Name, Weight: part, Error: t.errors[j] * unit})
		}
	}
	diagnostics.Naive = t.naive
	outlook.Forecast.Model = "ensemble"
	if t.naive == 1 {
		outlook.Forecast.Model = "naive"
	}
	outlook.Forecast.ConfidenceScore = t.confidence()
	if diagnostics.Origins > 0 {
		diagnostics.Error = t.error(model.Candidate{Paths: t.blended}) * unit
		diagnostics.NaiveError = t.error(model.Candidate{Paths: t.seasonalNaive}) * unit
	}
}

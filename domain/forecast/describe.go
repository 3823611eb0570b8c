package forecast

import "github.com/omnicloud/omnicloud/domain/forecast/model"

// describe tells what the models did.
func (t *trial) describe(outlook *Outlook, unit float64) {
	diagnostics, parts := &outlook.Diagnostics, t.byName(t.weights[0])
	diagnostics.Origins = len(t.origins) - 1
	for j, candidate := range t.candidates {
		wrong := t.errors[j] * unit
		if part, counts := parts[candidate.Name]; counts {
			diagnostics.Weights = append(diagnostics.Weights, ModelWeight{Model: candidate.Name, Weight: part, Error: wrong})
		}
		if candidate.Name == "seasonal_naive" && diagnostics.Origins > 0 {
			diagnostics.NaiveError = wrong
		}
	}
	diagnostics.Naive = t.naive
	outlook.Forecast.Model = "ensemble"
	if t.naive == 1 {
		outlook.Forecast.Model = "naive"
	}
	outlook.Forecast.ConfidenceScore = 0
	if diagnostics.Origins == 0 {
		return
	}
	diagnostics.Error = t.error(model.Candidate{Paths: t.blended}) * unit
	if diagnostics.NaiveError > 0 {
		outlook.Forecast.ConfidenceScore = max(0, 1-diagnostics.Error/diagnostics.NaiveError)
	}
}

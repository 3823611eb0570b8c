package forecast

import "github.com/omnicloud/omnicloud/domain/forecast/model"

// describe tells what the models did.
func (t *trial) describe(outlook *Outlook, unit float64) {
	total := 0.0
	for _, w := range t.weights {
		total += w
	}
	diagnostics := &outlook.Diagnostics
	diagnostics.Origins = len(t.origins) - 1
	for j, candidate := range t.candidates {
		weight := ModelWeight{Model: candidate.Name, Weight: t.weights[j] / total, Error: t.errors[j] * unit}
		if weight.Weight > 0 {
			diagnostics.Weights = append(diagnostics.Weights, weight)
		}
		if candidate.Name == "seasonal_naive" && diagnostics.Origins > 0 {
			diagnostics.NaiveError = weight.Error
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

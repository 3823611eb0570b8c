package model

// SeasonalNaive repeats the last whole cycle of the longest season; without one, the last value. It is
// the yardstick of the others (Hyndman and Koehler 2006, "Another look at measures of forecast
// accuracy", International Journal of Forecasting 22).
type SeasonalNaive struct{}

// Predict implements Model.
func (SeasonalNaive) Predict(task Task) []Candidate {
	out := task.candidate("seasonal_naive")
	for i, origin := range task.Origins {
		if origin < 1 {
			continue
		}
		season := task.longest(origin)
		path := make(Path, task.Horizon)
		for k := range path {
			path[k] = task.Values[origin-season+k%season]
		}
		out.Paths[i] = path
	}
	return []Candidate{out}
}

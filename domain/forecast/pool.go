package forecast

import "github.com/omnicloud/omnicloud/domain/forecast/model"

// seasons returns the lengths, in points, of the patterns that a granularity may have.
func (g ForecastGranularity) seasons() []int {
	switch g {
	case Hourly:
		return []int{24, 168}
	case Daily:
		return []int{7}
	case Weekly:
		return []int{52}
	default:
		return []int{12}
	}
}

// lags returns the distances to the past values on which the next one is regressed: the recent past
// and the neighbourhood of whole seasons; of daily data also the same weekday a year ago.
func (g ForecastGranularity) lags() []int {
	switch g {
	case Hourly:
		return append(append(span(1, 49), 72, 96, 120, 144), span(166, 170)...)
	case Daily:
		return append(span(1, 15), 20, 21, 22, 28, 35, 42, 357, 364, 371)
	case Weekly:
		return append(span(1, 9), 13, 26, 51, 52, 53)
	default:
		return append(span(1, 13), 24)
	}
}

func span(from, to int) []int {
	list := make([]int, 0, to-from+1)
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}

// models returns what is combined for a granularity, in an order that is part of the result.
func (g ForecastGranularity) models() []model.Model {
	season := g.seasons()[0]
	list := []model.Model{
		model.SeasonalNaive{},
		model.Levels{Of: model.Theta{}, Name: "theta_levels"},
		model.Damped{},
		model.Smoothing{},
		model.ComplexSmoothing{},
		model.Levels{Of: model.Card{}, Name: "card_levels"},
		model.MultiSeasonal{Log: true},
		model.Ridge{
			Lags: g.lags(), Log: true,
			Variants: []model.Shrinkage{
				{Name: "ridge_season", Penalty: 0.01, Toward: season},
				{Name: "ridge_season_firm", Penalty: 0.1, Toward: season},
				{Name: "ridge_mean", Penalty: 0.1},
			},
		},
	}
	if g == Weekly {
		list = append(list, model.SeasonalWalk{Cycles: 2, Share: 0.7})
	}
	if g == Monthly {
		list = append(list, model.SeasonalWalk{Cycles: 20, Share: 0.5})
		// A year's pattern of twelve points is worth a second view, of terms beside factors.
		list = append(list, model.MultiSeasonal{})
	}
	return list
}

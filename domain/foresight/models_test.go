package foresight

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

func TestCredit(t *testing.T) {
	used := Model{Version: 3, Kind: AutomaticModel}
	for name, test := range map[string]struct {
		naive float64
		want  string
	}{
		"a model is named in what it forecast":                              {0, "ensemble/v3"},
		"a model that a naive forecast was mixed into is named":             {0.5, "ensemble/v3"},
		"a naive forecast that took a model's place is not the model's own": {1, "naive"},
	} {
		t.Run(name, func(t *testing.T) {
			outlook := forecast.Outlook{Forecast: forecast.ForecastResult{Model: "ensemble"}, Diagnostics: forecast.Diagnostics{Naive: test.naive}}
			if test.naive == 1 {
				outlook.Forecast.Model = "naive"
			}
			used.credit(&outlook)
			require.Equal(t, test.want, outlook.Forecast.Model)
		})
	}
}

package main

import (
	"context"
	"io"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// seasonalityCommand says which pattern repeats in each series of a file.
type seasonalityCommand struct {
	Detection detectionFlags `embed:""`
}

// Run writes series_id,seasonality,confidence,period.
func (c *seasonalityCommand) Run(ctx context.Context, std streams) error {
	return c.Detection.run(ctx, std, func(to io.Writer) (func(forecast.Series) error, error) {
		writer, err := seriesfile.NewSeasonalityWriter(to)
		return func(series forecast.Series) error {
			return writer.Write(series.ID, forecast.DetectSeasonality(series.Points))
		}, err
	})
}

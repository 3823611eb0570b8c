package main

import (
	"context"
	"fmt"
	"io"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// regimesCommand says where each series of a file changed for good.
type regimesCommand struct {
	Detection   detectionFlags `embed:""`
	Sensitivity float64        `help:"How readily a change is seen, from 0 (only what nobody can miss) to 1." default:"0.8" placeholder:"0..1"`
}

// Run writes series_id,timestamp,index,magnitude,confidence,kind.
func (c *regimesCommand) Run(ctx context.Context, std streams) error {
	if !(c.Sensitivity >= 0 && c.Sensitivity <= 1) {
		return usageError{fmt.Errorf("--sensitivity %v is not between 0 and 1", c.Sensitivity)}
	}
	return c.Detection.run(ctx, std, func(to io.Writer) (func(forecast.Series) error, error) {
		writer, err := seriesfile.NewRegimeWriter(to)
		return func(series forecast.Series) error {
			events, err := forecast.DetectRegimeChange(series.Points, c.Sensitivity)
			if err != nil {
				return err
			}
			return writer.Write(series.ID, events)
		}, err
	})
}

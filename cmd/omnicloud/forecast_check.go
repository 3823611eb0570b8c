package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// check refuses flags that cannot be meant together before anything is read or written.
func (c *forecastCommand) check() error {
	if err := c.prometheusFlags.check(c.In); err != nil {
		return err
	}
	switch {
	case c.Backtest != "" && (c.Plot != "" || c.Capacity != nil):
		return usageError{errors.New("--backtest prints how good forecasts of the past were, without pictures or dates; leave --plot and --capacity out")}
	case c.Backtest == "" && c.Out == "":
		return usageError{errors.New("give --out a file to write, or - for standard output")}
	}
	for _, input := range []struct{ flag, path string }{{"--in", c.In}, {"--events", c.Events}, {"--config", c.Config}} {
		if input.path != "" && input.path != "-" && c.Out != "" && c.Out != "-" && sameFile(input.path, c.Out) {
			return usageError{fmt.Errorf("--out would overwrite what %s reads; name another file", input.flag)}
		}
	}
	if c.Capacity == nil {
		return nil
	}
	limit := capacity.Constant(*c.Capacity)
	if err := limit.Check(); err != nil {
		return fmt.Errorf("--capacity: %w", err)
	}
	return c.checkDates(&limit)
}

// checkDates refuses levels that the dates on which a capacity runs out cannot be told from.
func (c *forecastCommand) checkDates(limit *capacity.Capacity) error {
	if limit == nil || c.Backtest != "" || len(c.Levels) == 0 {
		return nil
	}
	for _, level := range []float64{0.1, 0.5, 0.9} {
		if !slices.Contains(c.Levels, level) {
			return usageError{fmt.Errorf("the dates on which capacity runs out are those of P10, P50 and P90; add %v to --levels", level)}
		}
	}
	return nil
}

package api

import (
	"context"
	"log/slog"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

func forecastMetrics(source Figures, logger *slog.Logger) *figures {
	f := &figures{about: "forecasts", logger: logger}
	night := f.describe("forecast_night_timestamp_seconds", "Up to when the latest night forecast; missing before the first.")
	alerts := f.describe("capacity_alerts", "Alerts that stand of capacity that runs out: warning while an order still comes in time, critical after that.", "severity")
	f.read = func(ctx context.Context, tell gauge) error {
		read, err := source.Forecasts(ctx)
		if err != nil {
			return err
		}
		if !read.Night.IsZero() {
			tell(night, at(read.Night))
		}
		for _, severity := range foresight.AlertSeverities() {
			tell(alerts, float64(read.Alerts[severity]), severity)
		}
		return nil
	}
	return f
}

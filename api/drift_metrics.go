package api

import (
	"context"
	"log/slog"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// DriftFigures counts what is known of drift.
type DriftFigures interface {
	Figures(ctx context.Context) (remediation.Figures, error)
}

func driftMetrics(source DriftFigures, logger *slog.Logger) *figures {
	f := &figures{about: "drift", logger: logger}
	drifts := f.describe("drifts", "Differences that are not resolved, by where they stand and how grave they are.", "state", "severity")
	scans := f.describe("drift_scans", "Drift scans that run, and by how they ended those that did within the last hour.", "state")
	seconds := f.describe("drift_scan_duration_seconds",
		"How long the drift scans took that ended within the last hour: half of them no longer than quantile 0.5, the longest quantile 1.", "quantile")
	remediations := f.describe("remediations", "Remediations under way, and by how they ended those that did within the last day.", "state")
	f.read = func(ctx context.Context, tell gauge) error {
		read, err := source.Figures(ctx)
		if err != nil {
			return err
		}
		for _, state := range []driftwatch.DriftState{driftwatch.DriftOpen, driftwatch.DriftAccepted, driftwatch.DriftSnoozed} {
			for _, severity := range drift.Severities() {
				tell(drifts, float64(read.Drifts[remediation.DriftsOf{State: state, Severity: severity}]), string(state), string(severity))
			}
		}
		for _, state := range []driftwatch.ScanState{driftwatch.ScanRunning, driftwatch.ScanComplete, driftwatch.ScanPartial, driftwatch.ScanFailed} {
			tell(scans, float64(read.Scans[state]), string(state))
		}
		tell(seconds, read.ScanMedian, "0.5")
		tell(seconds, read.ScanLongest, "1")
		for _, state := range remediation.States() {
			tell(remediations, float64(read.Remediations[state]), string(state))
		}
		return nil
	}
	return f
}

package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// DriftFigures counts what is known of drift.
type DriftFigures interface {
	Figures(ctx context.Context) (remediation.Figures, error)
}

// figuresWait bounds how long the metrics wait for the database.
const figuresWait = 5 * time.Second

// driftMetrics reads the figures of drift whenever metrics are asked for. They are the database's, so
// that every API says the same and none forgets; none is by tenant, since ids would make a series each.
type driftMetrics struct {
	figures DriftFigures
	logger  *slog.Logger

	drifts, scans, seconds, remediations *prometheus.Desc
}

var _ prometheus.Collector = (*driftMetrics)(nil)

func newDriftMetrics(figures DriftFigures, logger *slog.Logger) *driftMetrics {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("omnicloud_"+name, help, labels, nil)
	}
	return &driftMetrics{
		figures: figures, logger: logger,
		drifts: describe("drifts", "Differences that are not resolved, by where they stand and how grave they are.", "state", "severity"),
		scans:  describe("drift_scans", "Drift scans that run, and by how they ended those that did within the last hour.", "state"),
		seconds: describe("drift_scan_duration_seconds",
			"How long the drift scans took that ended within the last hour: half of them no longer than quantile 0.5, the longest quantile 1.", "quantile"),
		remediations: describe("remediations", "Remediations under way, and by how they ended those that did within the last day.", "state"),
	}
}

// Describe implements prometheus.Collector.
func (m *driftMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, described := range []*prometheus.Desc{m.drifts, m.scans, m.seconds, m.remediations} {
		out <- described
	}
}

// Collect implements prometheus.Collector. Without the database there are no figures, and the other
// metrics are told all the same.
func (m *driftMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresWait)
	defer cancel()
	figures, err := m.figures.Figures(ctx)
	if err != nil {
		m.logger.Warn("the metrics of drift could not be read", "error", err)
		return
	}
	gauge := func(described *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(described, prometheus.GaugeValue, value, labels...)
	}
	for _, state := range []driftwatch.DriftState{driftwatch.DriftOpen, driftwatch.DriftAccepted, driftwatch.DriftSnoozed} {
		for _, severity := range drift.Severities() {
			gauge(m.drifts, float64(figures.Drifts[remediation.DriftsOf{State: state, Severity: severity}]), string(state), string(severity))
		}
	}
	for _, state := range []driftwatch.ScanState{driftwatch.ScanRunning, driftwatch.ScanComplete, driftwatch.ScanPartial, driftwatch.ScanFailed} {
		gauge(m.scans, float64(figures.Scans[state]), string(state))
	}
	gauge(m.seconds, figures.ScanMedian, "0.5")
	gauge(m.seconds, figures.ScanLongest, "1")
	for _, state := range remediation.States() {
		gauge(m.remediations, float64(figures.Remediations[state]), string(state))
	}
}

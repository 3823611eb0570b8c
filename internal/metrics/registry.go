// Package metrics keeps what a process tells Prometheus about itself. No label of it holds an id of a
// tenant, a workflow or a resource: each would make a series of its own that is never forgotten.
package metrics

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/otel/attribute"
	bridge "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/opentelemetry"
)

// seconds are the upper bounds of the classes that durations are counted in: from a call to a page of a
// large period, which takes minutes. Few, since each is a series per activity or operation.
var seconds = []float64{.01, .05, .1, .5, 1, 5, 10, 30, 60, 300, 900, 3600}

// Registry holds the metrics of a process: its own, the Go runtime's, and those that libraries record
// through OpenTelemetry.
type Registry struct {
	*prometheus.Registry

	meters *metric.MeterProvider
}

// New returns a registry that tells of the runtime and the process.
func New() (*Registry, error) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := bridge.New(
		bridge.WithRegisterer(registry), bridge.WithoutScopeInfo(), bridge.WithoutTargetInfo(),
		bridge.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes),
	)
	if err != nil {
		return nil, fmt.Errorf("exporting metrics to Prometheus: %w", err)
	}
	meters := metric.NewMeterProvider(metric.WithReader(exporter), metric.WithView(metric.NewView(
		metric.Instrument{Kind: metric.InstrumentKindHistogram, Unit: "s"},
		metric.Stream{Aggregation: metric.AggregationExplicitBucketHistogram{Boundaries: seconds}},
	)))
	return &Registry{Registry: registry, meters: meters}, nil
}

// Temporal takes what the Temporal SDK measures of a client and of the workers on it.
func (r *Registry) Temporal() client.MetricsHandler {
	return opentelemetry.NewMetricsHandler(opentelemetry.MetricsHandlerOptions{
		Meter:                r.meters.Meter("temporal"),
		InitialAttributes:    *attribute.EmptySet(),
		UseMonotonicCounters: true,
	})
}

// Handler answers in Prometheus' formats with everything that is registered.
func (r *Registry) Handler() http.Handler {
	return promhttp.HandlerFor(r.Registry, promhttp.HandlerOpts{})
}

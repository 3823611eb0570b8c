package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Gauge is one thing that a monitoring system measures of tenants.
type Gauge struct {
	// ID stands for what is asked: another question is another gauge, which is read from the beginning.
	ID     string
	Metric forecast.ResourceMetric
	// Terms are stated of every series that is measured; their key is empty.
	Terms Terms
	// MeasuresCapacity says that how much there is can be asked for too.
	MeasuresCapacity bool
}

// Monitoring is where usage is measured besides compute, such as Prometheus. Its methods may be used
// concurrently.
type Monitoring interface {
	Gauges() []Gauge
	// HourlyUsage returns what a gauge measured of each tenant in the whole hours from an instant
	// (included) to another (excluded). Errors are Unavailable when trying again can help.
	HourlyUsage(ctx context.Context, gauge Gauge, from, until time.Time) ([]Usage, error)
	// Capacity returns how much each tenant had of what a gauge measures capacity of, over the same hours.
	Capacity(ctx context.Context, gauge Gauge, from, until time.Time) (map[string][]capacity.Level, error)
}

// GaugeStore keeps what gauges measured, and how far each was read. Its methods return Unavailable errors
// when trying again can help, and may be used concurrently.
type GaugeStore interface {
	// ReadUntil returns up to when a gauge was read, the zero time where it never was.
	ReadUntil(ctx context.Context, gauge Gauge) (time.Time, error)
	// KeepReading adds hours as UsageStore.Keep does, and that the gauge was read until an instant: both
	// or neither.
	KeepReading(ctx context.Context, gauge Gauge, until time.Time, usage []Usage) error
}

// StatementStore keeps what operators stated. Errors are as for Statements.
type StatementStore interface {
	Statements
	// KeepTerms keeps what a gauge states of series, in place of what was stated of them before.
	KeepTerms(ctx context.Context, gauge Gauge, terms []Terms) error
	// ForgetTerms forgets what gauges other than these stated.
	ForgetTerms(ctx context.Context, but []Gauge) error
}

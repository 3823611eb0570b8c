package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// figuresWait bounds how long the metrics wait for the database.
const figuresWait = 5 * time.Second

// gauge tells the value of one of a collector's descriptions.
type gauge func(described *prometheus.Desc, value float64, labels ...string)

// figures are gauges that are read from the database whenever metrics are asked for, so that every API says
// the same and none forgets; none is by tenant, since ids would make a series each.
type figures struct {
	// about says what they tell of, for the log.
	about     string
	described []*prometheus.Desc
	read      func(ctx context.Context, tell gauge) error
	logger    *slog.Logger
}

var _ prometheus.Collector = (*figures)(nil)

// describe adds a gauge by its name after omnicloud_.
func (f *figures) describe(name, help string, labels ...string) *prometheus.Desc {
	described := prometheus.NewDesc("omnicloud_"+name, help, labels, nil)
	f.described = append(f.described, described)
	return described
}

// Describe implements prometheus.Collector.
func (f *figures) Describe(out chan<- *prometheus.Desc) {
	for _, described := range f.described {
		out <- described
	}
}

// Collect implements prometheus.Collector. Without the database there are no figures, and the other
// metrics are told all the same.
func (f *figures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresWait)
	defer cancel()
	err := f.read(ctx, func(described *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(described, prometheus.GaugeValue, value, labels...)
	})
	if err != nil {
		f.logger.Warn("the metrics of "+f.about+" could not be read", "error", err)
	}
}

// at is an instant as metrics give it, in seconds since 1970.
func at(instant time.Time) float64 { return float64(instant.UnixMilli()) / 1000 }

package metrics

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// breakerStates are the states that a circuit breaker may be in.
var breakerStates = []string{"closed", "half-open", "open"}

// WatchCalls returns what is to be told of each call to a service of the platform: the status of the
// answer, 0 where none came, and the time until it began.
func (r *Registry) WatchCalls() func(service string, status int, took time.Duration) {
	calls := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "omnicloud_service_call_duration_seconds",
		Help:    "Time from a call to a service of the platform to the first byte of its answer; status is none where no answer came.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"service", "status"})
	r.MustRegister(calls)
	return func(service string, status int, took time.Duration) {
		label := "none"
		if status != 0 {
			label = strconv.Itoa(status)
		}
		calls.WithLabelValues(service, label).Observe(took.Seconds())
	}
}

// WatchBreakers tells the state of each service's circuit breaker, as states gives it by service.
func (r *Registry) WatchBreakers(states func() map[string]string) {
	r.MustRegister(&breakers{
		states: states,
		state: prometheus.NewDesc("omnicloud_service_breaker",
			"1 for the state that the circuit breaker of a service is in as this process sees it, 0 for the others.", []string{"service", "state"}, nil),
	})
}

// breakers asks for the states whenever metrics are asked for.
type breakers struct {
	states func() map[string]string
	state  *prometheus.Desc
}

var _ prometheus.Collector = (*breakers)(nil)

// Describe implements prometheus.Collector.
func (b *breakers) Describe(out chan<- *prometheus.Desc) { out <- b.state }

// Collect implements prometheus.Collector.
func (b *breakers) Collect(out chan<- prometheus.Metric) {
	for service, current := range b.states() {
		for _, state := range breakerStates {
			value := 0.0
			if state == current {
				value = 1
			}
			out <- prometheus.MustNewConstMetric(b.state, prometheus.GaugeValue, value, service, state)
		}
	}
}

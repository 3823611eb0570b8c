// Package prometheus reads the history of metrics from a Prometheus server, or from anything that
// answers its query_range, such as Thanos, Mimir or VictoriaMetrics.
package prometheus

// Package metricsfile reads metrics.yaml: which queries give the usage and the capacity of which
// tenants. Errors name file and line.
package metricsfile

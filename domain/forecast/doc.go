// Package forecast predicts what a metric will be, with intervals that mean what they say, and what
// follows for capacity: when it runs out, what to add, what to reserve.
//
// Everything is pure and deterministic: no clock, no store, no random number without a seed, and the
// same bytes whatever the number of cores. Values are safe for concurrent use once made. Usage is
// float64, since it is measured; money is decimal at every border.
package forecast

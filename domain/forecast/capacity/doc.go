// Package capacity draws what follows from a forecast: when capacity runs out, what to add and by
// when to order it, what another load would do, and how much to reserve.
//
// Usage and capacity are float64, since they are measured. Money is decimal: a quantity crosses the
// border once, in quantity.go, and no price ever becomes a float.
package capacity

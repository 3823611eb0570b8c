// Package anomaly finds costs that rose beyond what a tenant's past explains, and says how much
// money is at stake and what rose.
//
// There are two rules. [PeriodRule] is the plain one: a period's cost beyond two standard deviations
// of the lookback periods' mean. It is decided in exact decimal arithmetic. [DailyRule] watches days:
// it knows a tenant's weekdays, month's end, trend and level shifts, and is made so that ten thousand
// tenants do not drown the people who look after them.
//
// Money is decimal wherever it enters or leaves. Inside the daily rule, costs are float64 logarithms:
// an expectation is an estimate with an error of some percent, and nobody is charged by it. Its
// results return to decimals, rounded, before they leave.
//
// Everything is pure and deterministic: no clock, no store, no order of input matters. All values
// are safe for concurrent use once made.
package anomaly

// Package regime finds where a series changed for good: its level, its slope or its spread.
//
// Changes of level and slope are found by optimal partitioning with pruning (PELT; Killick, Fearnhead
// and Eckley, "Optimal detection of changepoints with a linear computational cost", Journal of the
// American Statistical Association 107, 2012): each segment is a constant or, at an extra price, a
// line, and every change costs a penalty. The penalty is a multiple of log n times the long-run
// variance of the noise, so that a slow wandering of autocorrelated data is not taken for changes.
//
// Everything is pure and deterministic.
package regime

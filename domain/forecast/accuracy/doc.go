// Package accuracy scores forecasts once their actual values are known: how far off they were, whether
// they lean, and whether their intervals held what they promised; per metric, model and horizon.
package accuracy

// Package event lets a forecast know of holidays, launches and other dates on which a metric behaves
// unlike the rest of its history: past ones do not mislead the models, and what they did is expected
// of those to come.
package event

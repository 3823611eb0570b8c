// Package forecastplot draws a forecast beside the history it comes from: median, band, changes of
// regime, capacity and the date on which that runs out. Drawings are the same bytes for the same
// picture.
package forecastplot

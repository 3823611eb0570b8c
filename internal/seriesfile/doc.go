// Package seriesfile reads series of measurements from CSV, one series at a time however the rows are
// ordered, and writes their forecasts.
package seriesfile

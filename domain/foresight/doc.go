// Package foresight forecasts what tenants use of the platform: it takes hourly usage from where it is
// metered, keeps it, forecasts it, and keeps what was forecast.
package foresight

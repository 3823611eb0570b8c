package foresight

import "time"

// Figures are what operators watch of forecasts.
type Figures struct {
	// Alerts counts the alerts that stand of capacity that runs out, by severity.
	Alerts map[string]int64
	// Night is the instant up to which the latest night forecast; zero before the first.
	Night time.Time
}

// AlertSeverities lists the severities of an Alert, the least grave first.
func AlertSeverities() []string { return []string{"warning", "critical"} }

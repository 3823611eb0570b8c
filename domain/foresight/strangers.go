package foresight

import (
	"fmt"
	"strings"
)

// strangers are series of tenants that nobody knows.
type strangers struct {
	gauge Gauge
	names []string
	seen  map[string]bool
}

// leaveOut returns the series of known tenants.
func (s *strangers) leaveOut(usage []Usage, known map[string]bool) []Usage {
	kept := usage[:0]
	for _, series := range usage {
		switch {
		case known[series.TenantID]:
			kept = append(kept, series)
		case !s.seen[series.TenantID]:
			if s.seen == nil {
				s.seen = map[string]bool{}
			}
			s.seen[series.TenantID] = true
			s.names = append(s.names, fmt.Sprintf("%.60q", series.TenantID))
		}
	}
	return kept
}

// failures tells in one of them who was left out.
func (s *strangers) failures() []Failure {
	const mostNames = 5
	if len(s.names) == 0 {
		return nil
	}
	names := strings.Join(s.names[:min(len(s.names), mostNames)], ", ")
	if more := len(s.names) - mostNames; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return []Failure{{Key: Key{Metric: s.gauge.Metric}, Reason: "no tenant is called " + names + ": what monitoring measured of them was left out"}}
}

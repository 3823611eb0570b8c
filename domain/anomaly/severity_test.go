package anomaly_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

func TestSeverity(t *testing.T) {
	for _, c := range []struct {
		name   string
		impact string
		z      float64
		want   anomaly.Severity
	}{
		{"little money", "99.99", 4, anomaly.SeverityLow},
		{"noticed by a team", "100", 4, anomaly.SeverityMedium},
		{"to be explained", "1000", 4, anomaly.SeverityHigh},
		{"much money", "10000", 4, anomaly.SeverityCritical},
		{"perhaps chance counts one less", "1000", 2.99, anomaly.SeverityMedium},
		{"three deviations are no chance", "1000", 3, anomaly.SeverityHigh},
		{"beyond doubt counts one more", "1000", 6, anomaly.SeverityCritical},
		{"never below low", "1", 2.1, anomaly.SeverityLow},
		{"never above critical", "1000000", 50, anomaly.SeverityCritical},
		{"without a z-score money decides", "1000", math.NaN(), anomaly.SeverityHigh},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, anomaly.DefaultSeveritySteps().Of(dec(c.impact), c.z))
		})
	}
}

func TestSeverityInTheMonitorsTerms(t *testing.T) {
	assert.Equal(t, "critical", anomaly.SeverityCritical.EventSeverity())
	assert.Equal(t, "warning", anomaly.SeverityHigh.EventSeverity())
	assert.Equal(t, "warning", anomaly.SeverityMedium.EventSeverity())
	assert.Equal(t, "info", anomaly.SeverityLow.EventSeverity())
}

package anomaly_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/period"
)

func found(t *testing.T, costs anomaly.PeriodCosts) anomaly.Anomaly {
	t.Helper()
	list, err := anomaly.DefaultPeriodRule().Detect(costs)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func TestAnAnomalyKeepsItsIdentity(t *testing.T) {
	first := found(t, september("130", "90", "100", "110"))
	assert.Equal(t, "anomaly-432426a9375ddd995e7cbc2187e5b6ea", first.ID, "published ids must not change between releases")

	corrected := found(t, september("135", "90", "100", "110"))
	assert.Equal(t, first.ID, corrected.ID, "a late charge is no second anomaly")
}

func TestAnomaliesAreToldApart(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(*anomaly.PeriodCosts){
		"as it is":         func(*anomaly.PeriodCosts) {},
		"another tenant":   func(c *anomaly.PeriodCosts) { c.TenantID = "umbrella" },
		"another period":   func(c *anomaly.PeriodCosts) { c.Period = period.New(2026, time.October) },
		"another currency": func(c *anomaly.PeriodCosts) { c.Currency = "EUR" },
		"one service": func(c *anomaly.PeriodCosts) {
			c.Scope = anomaly.Scope{Dimension: anomaly.DimensionService, Item: "EC2"}
		},
		"another service":   func(c *anomaly.PeriodCosts) { c.Scope = anomaly.Scope{Dimension: anomaly.DimensionService, Item: "S3"} },
		"shifted delimiter": func(c *anomaly.PeriodCosts) { c.Scope = anomaly.Scope{Dimension: "serviceE", Item: "C2"} },
	} {
		costs := september("130", "90", "100", "110")
		change(&costs)
		id := found(t, costs).ID
		assert.NotContains(t, seen, id, "%s and %s share an id", name, seen[id])
		seen[id] = name
	}
}

func TestSortByImpact(t *testing.T) {
	list := []anomaly.Anomaly{
		{ID: "4", TenantID: "b", Currency: "USD", Impact: dec("5")},
		{ID: "3", TenantID: "a", Currency: "USD", Impact: dec("5.0")},
		{ID: "2", TenantID: "z", Currency: "USD", Impact: dec("10")},
		{ID: "1", TenantID: "z", Currency: "EUR", Impact: dec("1")},
	}
	anomaly.SortByImpact(list)
	for i, want := range []string{"1", "2", "3", "4"} {
		assert.Equal(t, want, list[i].ID)
	}
	assert.Len(t, anomaly.AtLeast(list, dec("5")), 3, "the least impact itself counts")
	assert.Empty(t, anomaly.AtLeast(nil, dec("5")))
}

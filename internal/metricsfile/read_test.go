package metricsfile

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

func TestParse(t *testing.T) {
	metrics, err := Parse("metrics.yaml", []byte(`version: 1
metrics:
  - tenant: {label: team}
    metric: request_rate
    query: sum by (team) (rate(http_requests_total[5m]))
    capacity: 1200
    planned:
      - {at: 2026-12-01, amount: 300, note: new rack}
      - at: 2027-02-01T06:00:00+01:00
        amount: -100
    unit: requests/s
    lead_time: 3w
    resource_type: request_capacity
  - tenant: acme
    metric: memory_utilization
    query: avg(mem)
    capacity_query: max(cap)
  - preset: kubernetes_cpu
  - preset: kubernetes_memory
    tenant: dune
    aggregation: max
  - preset: kubernetes_volumes
    capacity: 500
    lead_time: 36h
`))
	require.NoError(t, err)
	require.Len(t, metrics, 5)
	limit := 1200.0
	assert.Equal(t, Metric{
		TenantLabel: "team", Metric: forecast.RequestRate, Query: "sum by (team) (rate(http_requests_total[5m]))",
		Capacity: &limit, Unit: "requests/s", Aggregation: "mean", LeadTime: 21 * 24 * time.Hour, ResourceType: "request_capacity",
		Planned: []capacity.Addition{
			{At: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Amount: 300, Note: "new rack"},
			{At: time.Date(2027, 2, 1, 5, 0, 0, 0, time.UTC), Amount: -100},
		},
	}, metrics[0])
	assert.Equal(t, "acme", metrics[1].Tenant)
	assert.Equal(t, "p95", metrics[1].Aggregation, "of a utilisation by default")
	assert.Equal(t, "max(cap)", metrics[1].CapacityQuery)
	assert.Equal(t, "namespace", metrics[2].TenantLabel)
	assert.InDelta(t, 100, *metrics[2].Capacity, 0)
	assert.Equal(t, "dune", metrics[3].Tenant)
	assert.Empty(t, metrics[3].TenantLabel, "a preset's label gives way to a name")
	assert.Equal(t, "max", metrics[3].Aggregation)
	assert.Empty(t, metrics[4].CapacityQuery, "a preset's query gives way to a number")
	assert.InDelta(t, 500, *metrics[4].Capacity, 0)
	assert.Equal(t, 36*time.Hour, metrics[4].LeadTime)
}

func TestParseRefuses(t *testing.T) {
	const good = "version: 1\nmetrics:\n  - tenant: acme\n    metric: request_rate\n    query: q\n"
	for text, want := range map[string]string{
		"":                              "m.yaml, line 1: version is 0; this program reads version: 1",
		"version: 2\n":                  "m.yaml, line 1: version is 2",
		"version: 1\n":                  "metrics lists nothing",
		"version: 1\nmetrics: []\n":     "m.yaml, line 2: metrics lists nothing",
		"version: 1\nmetric: []\n":      `m.yaml, line 2: unknown field "metric"`,
		"version: [\n":                  "m.yaml, line 1:",
		good + "    capacity: 0\n":      "m.yaml, line 6: capacity is 0; it must be a number above 0",
		good + "    capacity: lots\n":   "m.yaml, line 6: a string stands where a number is expected",
		good + "    unit: [a]\n":        "m.yaml, line 6: a list stands where a string is expected",
		good + "    aggregation: p50\n": `m.yaml, line 6: aggregation is "p50"; it must be mean, p95 or max`,
		good + "    lead_time: soon\n":  `m.yaml, line 6: lead_time is "soon"; write it as 21d, 3w or 36h`,
		good + "    lead_time: -3h\n":   `m.yaml, line 6: lead_time is "-3h"`,
		good + "    planned: [{at: 2026-12-01, amount: 5}]\n":                   "m.yaml, line 6: planned comes on top of capacity or capacity_query; give one of them",
		good + "    capacity: 5\n    planned: [{at: soon, amount: 5}]\n":        `m.yaml, line 7: at is "soon"; write it as 2026-12-01`,
		good + "    capacity: 5\n    planned:\n      - at: 2026-12-01\n":        "m.yaml, line 8: amount is no number other than 0",
		good + "    capacity: 5\n    planned: [{at: 2026-12-01, size: 1}]\n":    `m.yaml, line 7: unknown field "size"`,
		good + "    color: red\n":                                               `m.yaml, line 6: unknown field "color"`,
		good + "    query: again\n":                                             "m.yaml, line 6:",
		good + "    preset: mesos\n":                                            `m.yaml, line 6: there is no preset "mesos"; use kubernetes_cpu`,
		good + "    capacity: 5\n    capacity_query: c\n":                       "m.yaml, line 6: capacity and capacity_query are both given",
		good + "  - tenant: acme\n    metric: request_rate\n    query: other\n": `m.yaml, line 7: request_rate of tenant "acme" is measured by an entry above; keep one`,
		"version: 1\nmetrics:\n  - metric: request_rate\n    query: q\n":        "m.yaml, line 3: tenant is missing",
		"version: 1\nmetrics:\n  - tenant: {label: 5}\n":                        "m.yaml, line 3: tenant is neither a name nor",
		"version: 1\nmetrics:\n  - tenant: a\n    metric: cpu\n    query: q\n":  `m.yaml, line 4: metric is "cpu"; it must be one of cpu_utilization`,
		"version: 1\nmetrics:\n  - tenant: a\n    metric: request_rate\n":       "m.yaml, line 3: query is missing",
		"version: 1\nmetrics:\n  - &a\n    tenant: a\n  - *a\n":                 "anchors, aliases and tags are not used here",
		"version: 1\nmetrics:\n ! 000000000000000":                              "m.yaml, line 3: anchors, aliases and tags are not used here",
	} {
		t.Run(want, func(t *testing.T) {
			_, err := Parse("m.yaml", []byte(text))
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	_, err := ReadFile("missing.yaml")
	require.ErrorContains(t, err, "the metrics file cannot be read")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\nmetrics:\n  - preset: kubernetes_cpu\n"))
	f.Add([]byte("version: 1\nmetrics:\n  - tenant: {label: a}\n    metric: request_rate\n    query: q\n    lead_time: 3d\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		metrics, err := Parse("f.yaml", text)
		if err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			return
		}
		for _, m := range metrics {
			assert.NotEqual(t, m.Tenant == "", m.TenantLabel == "")
			assert.NotEmpty(t, m.Query)
			assert.GreaterOrEqual(t, m.LeadTime, time.Duration(0))
		}
	})
}

package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

const measurements = `tenant_id,metric,timestamp,value
acme,request_rate,2026-09-01T00:45:00Z,30
acme,request_rate,2026-09-01T00:15:00Z,10
acme,request_rate,2026-09-01T01:00:00Z,7
dune,storage_used_gb,2026-09-01T00:00:00Z,12.5
`

// hours reads what is kept of a series.
func (i importing) hours(tenant string, metric forecast.ResourceMetric) []foresight.Hour {
	i.t.Helper()
	pool, err := postgres.Open(context.Background(), i.url)
	require.NoError(i.t, err)
	defer pool.Close()
	hours, err := postgres.NewUsage(pool).Hours(context.Background(), foresight.Key{TenantID: tenant, Metric: metric}, time.Time{}, time.Now().AddDate(1, 0, 0))
	require.NoError(i.t, err)
	return hours
}

func TestImportMetrics(t *testing.T) {
	midnight := time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC)
	t.Run("keeps mean, p95 and maximum of each hour, and the same content once", func(t *testing.T) {
		i := newImporting(t)
		code, out, errs := i.run("", "metrics", i.file("series.csv", measurements))
		require.Zero(t, code, errs)
		require.Contains(t, out, "4 rows")
		require.Contains(t, out, "2 added")
		want := []foresight.Hour{{At: midnight, Mean: 20, P95: 30, Peak: 30}, {At: midnight.Add(time.Hour), Mean: 7, P95: 7, Peak: 7}}
		require.Equal(t, want, i.hours("acme", forecast.RequestRate))
		code, out, errs = i.run(measurements, "metrics", "-")
		require.Zero(t, code, errs)
		require.Contains(t, out, "2 unchanged")
	})
	t.Run("refuses a bad file whole and names the line", func(t *testing.T) {
		i := newImporting(t)
		for row, part := range map[string]string{
			"acme,request_rate,2026-09-01T00:45:00Z,30": "line 6", "acme,happiness,2026-09-02T00:00:00Z,1": "happiness",
			"acme,request_rate,yesterday,1": "yesterday", "acme,request_rate,2026-09-02T00:00:00Z,NaN": "NaN",
			"acme,request_rate," + time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339) + ",1": "this time is yet to come",
		} {
			code, _, errs := i.run("", "metrics", i.file("series.csv", measurements+row+"\n"))
			require.Equal(t, 1, code)
			require.Contains(t, errs, "line 6")
			require.Contains(t, errs, part)
		}
		require.Empty(t, i.hours("acme", forecast.RequestRate))
	})
}

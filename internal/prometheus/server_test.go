package prometheus

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

var begin = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

const hours = 10 * 24

// usage is ten days at a sample each five minutes: shop's is the number of the hour plus the number of
// the sample within it; office's is 7, and missing on the third day.
func usage(key string) []prometheustest.Sample {
	var samples []prometheustest.Sample
	for at := begin; at.Before(begin.Add(hours * time.Hour)); at = at.Add(5 * time.Minute) {
		hour, minute := math.Floor(at.Sub(begin).Hours()), float64(at.Minute()/5)
		value := hour + minute
		if key == `{namespace="office"}` {
			value = 7
			if hour >= 48 && hour < 72 {
				continue
			}
		}
		samples = append(samples, prometheustest.Sample{At: at, Value: value})
	}
	return samples
}

func history() string {
	return prometheustest.Gauge("used", []string{`{namespace="office"}`, `{namespace="shop"}`}, usage)
}

func client(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := New(o)
	require.NoError(t, err)
	return c
}

func TestRealPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	address := prometheustest.Start(t, prometheustest.Options{OpenMetrics: history()})
	until := begin.Add(hours * time.Hour)
	metric := Metric{Query: "used", TenantLabel: "namespace"}

	t.Run("gives every hour of every tenant, stamped with its begin", func(t *testing.T) {
		found, warnings, err := client(t, Options{URL: address}).History(t.Context(), metric, forecast.Hourly, begin, until)
		require.NoError(t, err)
		assert.Empty(t, warnings)
		require.Len(t, found, 2)
		assert.Equal(t, "office", found[0].Tenant)
		assert.Equal(t, "shop", found[1].Tenant)
		require.Len(t, found[1].Points, hours)
		assert.Equal(t, begin, found[1].Points[0].Timestamp)
		for k, p := range found[1].Points[1:] {
			// The mean of the hour's samples, the first of which may be the next hour's.
			require.InDelta(t, float64(k+1)+5.5, p.Value, 1.1, "hour %d", k+1)
		}
	})
	t.Run("asks in parts, and gives the same as at once", func(t *testing.T) {
		whole, err := client(t, Options{URL: address, MaxPoints: 11_000}).QueryRange(t.Context(), "used", begin, until, time.Hour)
		require.NoError(t, err)
		for _, size := range []int{1, 7, 100} {
			parts, err := client(t, Options{URL: address, MaxPoints: size}).QueryRange(t.Context(), "used", begin, until, time.Hour)
			require.NoError(t, err)
			assert.Equal(t, whole, parts, "%d points at once", size)
		}
	})
	t.Run("reads a span of more points than the server answers with", func(t *testing.T) {
		found, err := client(t, Options{URL: address, MaxPoints: 11_000}).QueryRange(t.Context(), `used{namespace="shop"}`, begin, until.Add(-time.Minute), time.Minute)
		require.NoError(t, err)
		assert.Len(t, found.Series[0].Points, hours*60)
	})
	t.Run("leaves out what was not measured", func(t *testing.T) {
		found, _, err := client(t, Options{URL: address}).History(t.Context(), metric, forecast.Hourly, begin, until)
		require.NoError(t, err)
		assert.Less(t, len(found[0].Points), hours-20)
		for _, p := range found[0].Points {
			hour := p.Timestamp.Sub(begin).Hours()
			assert.False(t, hour > 49 && hour < 71, "there is no hour %v", hour)
		}
	})
	t.Run("takes the greatest or the 95th percentile of a day", func(t *testing.T) {
		for aggregation, want := range map[Aggregation]float64{Mean: 17, P95: 28, Max: 34} {
			metric := metric
			metric.Aggregation = aggregation
			found, _, err := client(t, Options{URL: address}).History(t.Context(), metric, forecast.Daily, begin, until)
			require.NoError(t, err)
			require.Len(t, found[1].Points, hours/24)
			assert.InDelta(t, want, found[1].Points[0].Value, 2, aggregation)
		}
	})
	t.Run("a single series may be a tenant's without a label", func(t *testing.T) {
		found, _, err := client(t, Options{URL: address}).History(t.Context(), Metric{Query: "sum(used)", Tenant: "acme"}, forecast.Hourly, begin, until)
		require.NoError(t, err)
		assert.Equal(t, "acme", found[0].Tenant)
	})
	for want, m := range map[string]Metric{
		`Prometheus refuses the query`:                          {Query: "sum(", TenantLabel: "namespace"},
		`without the label "tenant" that names its tenant`:      {Query: "used", TenantLabel: "tenant"},
		`gives several series for the tenant "acme"; aggregate`: {Query: "used", Tenant: "acme"},
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			_, _, err := client(t, Options{URL: address}).History(t.Context(), m, forecast.Hourly, begin, until)
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	t.Run("a query without an answer gives no series", func(t *testing.T) {
		found, err := client(t, Options{URL: address}).QueryRange(t.Context(), "nothing", begin, until, time.Hour)
		require.NoError(t, err)
		assert.Empty(t, found.Series)
	})
}

func TestRealPrometheusWithLimits(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	address := prometheustest.Start(t, prometheustest.Options{
		OpenMetrics: history(), Authenticated: true, Flags: []string{"--query.max-samples=700"},
	})
	until := begin.Add(hours * time.Hour)
	in := Options{URL: address, User: prometheustest.User, Password: prometheustest.Password}

	t.Run("halves what loads too many samples", func(t *testing.T) {
		found, err := client(t, in).QueryRange(t.Context(), "used", begin, until, 20*time.Minute)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, len(found.Series[1].Points), hours*3)
	})
	t.Run("says so where one point is too much", func(t *testing.T) {
		_, err := client(t, in).QueryRange(t.Context(), "max_over_time(used[9d])", until, until, time.Hour)
		require.ErrorContains(t, err, "finds even one point of the query")
	})
	t.Run("takes user and password from the address", func(t *testing.T) {
		_, err := client(t, Options{URL: "http://reader:secret@" + address[len("http://"):]}).QueryRange(t.Context(), "used", begin, begin, time.Hour)
		require.NoError(t, err)
	})
	t.Run("names refused credentials, and not what they are", func(t *testing.T) {
		for _, o := range []Options{{URL: address}, {URL: address, User: "reader", Password: "wrong"}, {URL: address, BearerToken: "wrong"}} {
			_, err := client(t, o).QueryRange(t.Context(), "used", begin, until, time.Hour)
			assert.Equal(t, fault.Unauthenticated, fault.CodeOf(err))
			assert.NotContains(t, err.Error(), "wrong")
		}
	})
}

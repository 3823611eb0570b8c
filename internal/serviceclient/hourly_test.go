package serviceclient_test

import (
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// FuzzHourlyUsage feeds answers of any shape to the client: it returns hours that can be kept, or an error
// with a code.
func FuzzHourlyUsage(f *testing.F) {
	const hour = `{"tenant_id":"acme","metric":"request_rate","hour":"2026-11-01T05:00:00Z","mean":1,"p95":2,"maximum":3}`
	f.Add(`{"hourly_usage":[` + hour + `],"total":1}`)
	f.Add(`{"hourly_usage":[` + hour + `,` + hour + `],"total":2}`)
	f.Add(`{"hourly_usage":[{"tenant_id":"acme","metric":"request_rate","hour":"2026-11-01T05:30:00+05:30","mean":-1}],"total":1}`)
	f.Add(`{"hourly_usage":[],"total":0,"next_cursor":"x"}`)
	f.Fuzz(func(t *testing.T, body string) {
		clients := connect(t, "http://platform.example", func(o *serviceclient.Options) {
			o.Network = network(func(*http.Request) (*http.Response, error) { return canned(http.StatusOK, body), nil })
		})
		usage, err := clients.Compute.HourlyUsage(t.Context(), "acme", "", time.Time{})
		if err != nil {
			require.NotEqual(t, fault.Internal, fault.CodeOf(err))
			return
		}
		for _, series := range usage {
			require.Equal(t, "acme", series.TenantID)
			require.NoError(t, foresight.CheckMetric("", series.Metric))
			require.NotEmpty(t, series.Hours)
			for _, h := range series.Hours {
				require.Equal(t, h.At, h.At.UTC().Truncate(time.Hour))
				for _, v := range []float64{h.Mean, h.P95, h.Peak} {
					require.True(t, v >= 0 && !math.IsInf(v, 0))
				}
			}
		}
	})
}

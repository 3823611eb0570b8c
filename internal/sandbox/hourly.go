package sandbox

import (
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// hourlyKept is how far back the meter remembers.
const hourlyKept = 90 * 24 * time.Hour

// listHourlyUsage serves what a tenant used hour by hour, up to the last full hour. Nothing of it is
// stored: the sample computes it.
func (s *Sandbox) listHourlyUsage(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	tenant := values.Get("tenant_id")
	if tenant == "" {
		return fault.Invalid("tenant_id", "tenant_id says whose usage is wanted")
	}
	until := time.Now().UTC().Truncate(time.Hour)
	from := until.Add(-hourlyKept)
	if text := values.Get("since"); text != "" {
		since, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fault.Invalid("since", "since %.40q is no instant such as 2026-09-14T06:00:00Z", text)
		}
		if since.After(from) {
			from = since
		}
	}
	after, limit, err := pageOf(values)
	if err != nil {
		return err
	}
	metrics := sample.HourlyMetrics()
	if one := values.Get("metric"); one != "" {
		metrics = []string{one}
	}
	hours := []sample.HourlyUsage{}
	for _, metric := range metrics {
		hours = append(hours, sample.Hourly(s.sampleSeed, tenant, metric, s.loadedAt, from, until)...)
	}
	total := int64(len(hours))
	first := min(after, total)
	last := min(first+int64(limit), total)
	page := map[string]any{"hourly_usage": hours[first:last], "total": total}
	if last < total {
		page["next_cursor"] = cursorAfter(last)
	}
	return writeJSON(w, http.StatusOK, page)
}

// listPrices serves what capacity costs. There are few, so that all are on one page.
func (s *Sandbox) listPrices(w http.ResponseWriter, _ *http.Request) error {
	prices := sample.Prices()
	return writeJSON(w, http.StatusOK, map[string]any{"prices": prices, "total": len(prices)})
}

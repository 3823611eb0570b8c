package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// historyHours are the hours of each series: what a forecast looks back on in either night.
const historyHours = 92 * 24

// measureTenants makes tenants up, six series each: their usage, and capacity that holds it to begin with.
func (s *stack) measureTenants(ctx context.Context, series int64) error {
	pool, err := postgres.Open(ctx, s.Endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	spent, metrics := s.measure(), forecast.ResourceMetrics()
	if err := provision(ctx, pool, (series+int64(len(metrics))-1)/int64(len(metrics)), metrics); err != nil {
		return err
	}
	store, until := postgres.NewUsage(pool), time.Now().UTC().Truncate(time.Hour)
	var page []foresight.Usage
	for i := range series {
		key := foresight.Key{TenantID: fmt.Sprintf("scale-%06d", i/int64(len(metrics))), Metric: metrics[i%int64(len(metrics))]}
		page = append(page, foresight.Usage{Key: key, Hours: madeUp(uint64(i), until)})
		if len(page) == 200 || i == series-1 {
			if err := store.Keep(ctx, page); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	spent.print("usage", series, "series")
	return nil
}

// provision tells the sandbox's tenant and compute services of as many tenants.
func provision(ctx context.Context, pool *pgxpool.Pool, tenants int64, metrics []forecast.ResourceMetric) error {
	_, err := pool.Exec(ctx, `INSERT INTO sandbox.listings (listing, row_no, document)
		SELECT 'tenants', 1000000 + n, json_build_object('tenant_id', format('scale-%s', lpad(n::text, 6, '0')), 'name', 'Scale',
			'plan', 'standard', 'active_from', '2025-01-01T00:00:00Z', 'weight', '2')
		FROM generate_series(0, $1 - 1) AS n`, tenants)
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `INSERT INTO sandbox.listings (listing, row_no, tenant_id, document)
		SELECT 'capacity', 1000000 + 10 * n + place, tenant, json_build_object('tenant_id', tenant, 'metric', metric, 'capacity', '100',
			'unit', 'units', 'resource_type', 'storage', 'lead_time_days', 7)
		FROM generate_series(0, $1 - 1) AS n, lpad(n::text, 6, '0') AS digits, concat('scale-', digits) AS tenant,
			unnest($2::text[]) WITH ORDINALITY AS metrics (metric, place)`, tenants, metrics)
	return err
}

// madeUp is a load with a day's and a week's pattern, proportional noise that remembers, and a slow drift;
// between 0 and 100, so that it may be any metric.
func madeUp(seed uint64, until time.Time) []foresight.Hour {
	random := rand.New(rand.NewPCG(seed, 1))
	level, day, weekend := 15+25*random.Float64(), 0.1+0.4*random.Float64(), 0.3*random.Float64()
	phase, drift, noise := random.Float64(), 0.0, 0.0
	hours := make([]foresight.Hour, historyHours)
	for i := range hours {
		at := until.Add(time.Duration(i-historyHours) * time.Hour)
		noise = 0.7*noise + 0.02*random.NormFloat64()
		drift += 0.002 * random.NormFloat64()
		exponent := day*math.Sin(2*math.Pi*(float64(at.Hour())/24+phase)) + drift + noise
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			exponent -= weekend
		}
		mean := min(level*math.Exp(exponent), 95)
		hours[i] = foresight.Hour{At: at, Mean: mean, P95: 1.03 * mean, Peak: 1.05 * mean}
	}
	return hours
}

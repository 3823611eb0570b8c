-- Hourly usage of every tenant and metric, kept for good, and what was forecast from it.

-- +goose Up
-- A day is one row: a year of ten thousand series is four million rows instead of ninety million. Hour
-- h of the day stands at h + 1; NaN is an hour that nothing is known of.
CREATE TABLE omnicloud.usage_days (
    tenant_id text COLLATE "C" NOT NULL,
    metric    text COLLATE "C" NOT NULL,
    day       date NOT NULL,
    mean      float8[] NOT NULL CHECK (cardinality(mean) = 24),
    p95       float8[] NOT NULL CHECK (cardinality(p95) = 24),
    peak      float8[] NOT NULL CHECK (cardinality(peak) = 24),
    PRIMARY KEY (tenant_id, metric, day)
);

-- What is known of an hour is replaced by what is given of it, and stays where nothing is.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.merge_hours(known float8[], given float8[]) RETURNS float8[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_agg(CASE WHEN g = 'NaN' THEN k ELSE g END ORDER BY place)
    FROM unnest(known, given) WITH ORDINALITY AS pairs (k, g, place)
$$;
-- +goose StatementEnd

-- The predictions stand in arrays, point by point from starts_at; quantiles hold every level of a
-- point before the next point's.
CREATE TABLE omnicloud.forecasts (
    forecast_id  text COLLATE "C" PRIMARY KEY,
    tenant_id    text COLLATE "C" NOT NULL,
    metric       text COLLATE "C" NOT NULL,
    granularity  text NOT NULL,
    generated_at timestamptz NOT NULL,
    starts_at    timestamptz NOT NULL,
    medians      float8[] NOT NULL,
    quantiles    float8[] NOT NULL,
    -- The forecast without its predictions.
    document     json NOT NULL
);

CREATE INDEX forecasts_latest ON omnicloud.forecasts (tenant_id, metric, generated_at DESC, forecast_id);

ALTER TABLE omnicloud.usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE omnicloud.forecasts ENABLE ROW LEVEL SECURITY;
CREATE POLICY usage_days_service ON omnicloud.usage_days TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY forecasts_service ON omnicloud.forecasts TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY usage_days_own ON omnicloud.usage_days FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
CREATE POLICY forecasts_own ON omnicloud.forecasts FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.usage_days, omnicloud.forecasts TO omnicloud_tenant;

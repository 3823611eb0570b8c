-- What operators state beside what services know: terms of series, and events.

-- +goose Up
-- By which statistic a series is forecast, how much there is of it and how long more takes, as the configuration
-- of a monitoring system says it. The gauge is the query that measures the series.
CREATE TABLE omnicloud.series_terms (
    tenant_id text COLLATE "C" NOT NULL,
    metric    text COLLATE "C" NOT NULL,
    gauge     text COLLATE "C" NOT NULL,
    document  json NOT NULL,
    stated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, metric)
);

-- Holidays, launches and the like; an empty tenant or metric is any.
CREATE TABLE omnicloud.forecast_events (
    place       integer PRIMARY KEY,
    tenant_id   text COLLATE "C" NOT NULL,
    metric      text COLLATE "C" NOT NULL,
    name        text NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL CHECK (ends_at > starts_at),
    effect      float8 NOT NULL CHECK (effect >= 0)
);

ALTER TABLE omnicloud.series_terms ENABLE ROW LEVEL SECURITY;
ALTER TABLE omnicloud.forecast_events ENABLE ROW LEVEL SECURITY;
CREATE POLICY series_terms_service ON omnicloud.series_terms TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY forecast_events_service ON omnicloud.forecast_events TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY series_terms_own ON omnicloud.series_terms FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
CREATE POLICY forecast_events_own ON omnicloud.forecast_events FOR SELECT TO omnicloud_tenant
    USING (tenant_id IN ('', (SELECT omnicloud.current_tenant())));
GRANT SELECT ON omnicloud.series_terms, omnicloud.forecast_events TO omnicloud_tenant;

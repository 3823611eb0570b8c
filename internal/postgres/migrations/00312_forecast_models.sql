-- Which model forecasts a series, which did before, and how every contest for its place ended.

-- +goose Up
CREATE TABLE omnicloud.forecast_models (
    tenant_id   text COLLATE "C" NOT NULL,
    metric      text COLLATE "C" NOT NULL,
    granularity text NOT NULL,
    -- Counts the models of a series from 1; the greatest is in use.
    version     integer NOT NULL CHECK (version > 0),
    document    json NOT NULL,
    promoted_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, metric, granularity, version)
);

CREATE TABLE omnicloud.forecast_contests (
    tenant_id   text COLLATE "C" NOT NULL,
    metric      text COLLATE "C" NOT NULL,
    granularity text NOT NULL,
    run         text COLLATE "C" NOT NULL,
    decided_at  timestamptz NOT NULL,
    promoted    boolean NOT NULL,
    document    json NOT NULL,
    PRIMARY KEY (tenant_id, metric, granularity, run)
);

CREATE INDEX forecast_contests_age ON omnicloud.forecast_contests (decided_at);

ALTER TABLE omnicloud.forecast_models ENABLE ROW LEVEL SECURITY;
ALTER TABLE omnicloud.forecast_contests ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_models_service ON omnicloud.forecast_models TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY forecast_contests_service ON omnicloud.forecast_contests TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY forecast_models_own ON omnicloud.forecast_models FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
CREATE POLICY forecast_contests_own ON omnicloud.forecast_contests FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.forecast_models, omnicloud.forecast_contests TO omnicloud_tenant;

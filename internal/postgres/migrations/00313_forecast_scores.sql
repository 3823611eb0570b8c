-- How good forecasts were, once what they were about has come.

-- +goose Up
-- When the next range of steps of a forecast will have come; NULL once all of it is scored.
ALTER TABLE omnicloud.forecasts ADD COLUMN score_due_at timestamptz;
UPDATE omnicloud.forecasts SET score_due_at = starts_at;
CREATE INDEX forecasts_due ON omnicloud.forecasts (tenant_id, metric, score_due_at) WHERE score_due_at IS NOT NULL;
CREATE INDEX forecasts_scored ON omnicloud.forecasts (generated_at) WHERE score_due_at IS NULL;

-- One range of steps ahead of one forecast. The tally holds sums, so that scores of many forecasts add up.
CREATE TABLE omnicloud.forecast_scores (
    forecast_id  text COLLATE "C" NOT NULL,
    to_step      integer NOT NULL,
    tenant_id    text COLLATE "C" NOT NULL,
    metric       text COLLATE "C" NOT NULL,
    granularity  text NOT NULL,
    model        text COLLATE "C" NOT NULL,
    generated_at timestamptz NOT NULL,
    from_step    integer NOT NULL,
    tally        json NOT NULL,
    scored_at    timestamptz NOT NULL,
    PRIMARY KEY (forecast_id, to_step)
);

CREATE INDEX forecast_scores_latest ON omnicloud.forecast_scores (tenant_id, metric, generated_at DESC, forecast_id);
CREATE INDEX forecast_scores_age ON omnicloud.forecast_scores (generated_at);

ALTER TABLE omnicloud.forecast_scores ENABLE ROW LEVEL SECURITY;
CREATE POLICY forecast_scores_service ON omnicloud.forecast_scores TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY forecast_scores_own ON omnicloud.forecast_scores FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.forecast_scores TO omnicloud_tenant;

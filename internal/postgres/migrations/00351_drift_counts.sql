-- How many drifts are not resolved, kept beside them, so that whoever watches need not count a million.

-- +goose Up
CREATE TABLE omnicloud.drift_counts (
    tenant_id text COLLATE "C" NOT NULL,
    state     text NOT NULL,
    severity  text NOT NULL,
    drifts    bigint NOT NULL,
    PRIMARY KEY (tenant_id, state, severity)
);

INSERT INTO omnicloud.drift_counts
SELECT tenant_id, state, severity, count(*) FROM omnicloud.drifts WHERE state <> 'resolved' GROUP BY tenant_id, state, severity;

-- Counts are by tenant, whose writers take turns anyway: no two tenants wait for each other.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.count_drifts() RETURNS trigger LANGUAGE plpgsql SET search_path = omnicloud, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO drift_counts AS c
        SELECT tenant_id, state, severity, count(*) FROM fresh WHERE state <> 'resolved'
        GROUP BY tenant_id, state, severity ORDER BY tenant_id, state, severity
        ON CONFLICT (tenant_id, state, severity) DO UPDATE SET drifts = c.drifts + excluded.drifts;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO drift_counts AS c
        SELECT tenant_id, state, severity, -count(*) FROM stale WHERE state <> 'resolved'
        GROUP BY tenant_id, state, severity ORDER BY tenant_id, state, severity
        ON CONFLICT (tenant_id, state, severity) DO UPDATE SET drifts = c.drifts + excluded.drifts;
    ELSE
        INSERT INTO drift_counts AS c
        SELECT tenant_id, state, severity, sum(n) FROM (
            SELECT tenant_id, state, severity, count(*) AS n FROM fresh WHERE state <> 'resolved' GROUP BY tenant_id, state, severity
            UNION ALL
            SELECT tenant_id, state, severity, -count(*) FROM stale WHERE state <> 'resolved' GROUP BY tenant_id, state, severity) changed
        GROUP BY tenant_id, state, severity HAVING sum(n) <> 0 ORDER BY tenant_id, state, severity
        ON CONFLICT (tenant_id, state, severity) DO UPDATE SET drifts = c.drifts + excluded.drifts;
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER drifts_counted_in AFTER INSERT ON omnicloud.drifts
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.count_drifts();
CREATE TRIGGER drifts_counted_over AFTER UPDATE ON omnicloud.drifts
    REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.count_drifts();
CREATE TRIGGER drifts_counted_out AFTER DELETE ON omnicloud.drifts
    REFERENCING OLD TABLE AS stale FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.count_drifts();

-- What is quiet is open again when its time is over, without anybody writing it.
CREATE INDEX drifts_quiet ON omnicloud.drifts (quiet_until, state, severity) WHERE state IN ('accepted', 'snoozed');

ALTER TABLE omnicloud.drift_counts ENABLE ROW LEVEL SECURITY;
CREATE POLICY drift_counts_service ON omnicloud.drift_counts TO omnicloud_service USING (true) WITH CHECK (true);

-- Scans, what each found, what is open, and what may be done about it.

-- +goose Up
CREATE TABLE omnicloud.drift_modes (
    tenant_id     text COLLATE "C" NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    mode          text NOT NULL CHECK (mode IN ('observe', 'propose', 'enforce')),
    set_by        text NOT NULL,
    set_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, resource_type)
);

CREATE TABLE omnicloud.drift_scans (
    scan_id        text COLLATE "C" PRIMARY KEY,
    tenant_id      text COLLATE "C" NOT NULL,
    state          text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'complete', 'partial', 'failed')),
    resource_types text[] NOT NULL,
    requested_by   text NOT NULL,
    correlation_id text NOT NULL DEFAULT '',
    first          boolean NOT NULL,
    rules_version  int NOT NULL DEFAULT 0,
    started_at     timestamptz NOT NULL,
    completed_at   timestamptz,
    -- Where the scan goes on: how many pages are kept and where the next begins.
    pages          int NOT NULL DEFAULT 0,
    cursor         text NOT NULL DEFAULT '',
    finished       boolean NOT NULL DEFAULT false,
    tally          jsonb NOT NULL DEFAULT '{}',
    summary        jsonb NOT NULL DEFAULT '{}',
    news           bigint NOT NULL DEFAULT 0,
    resolved       bigint NOT NULL DEFAULT 0,
    opened         bigint NOT NULL DEFAULT 0,
    reason         text NOT NULL DEFAULT '',
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- Two scans of a tenant at once would each take for gone what only the other saw.
CREATE UNIQUE INDEX drift_scans_one_runs ON omnicloud.drift_scans (tenant_id) WHERE state = 'running';
CREATE INDEX drift_scans_of_tenant ON omnicloud.drift_scans (tenant_id, started_at DESC);

-- The report of each scan. Rows are copied in a page at a time.
CREATE TABLE omnicloud.drift_findings (
    scan_id       text COLLATE "C" NOT NULL REFERENCES omnicloud.drift_scans ON DELETE CASCADE,
    resource_id   text COLLATE "C" NOT NULL,
    drift_id      text COLLATE "C" NOT NULL,
    cause_id      text COLLATE "C" NOT NULL,
    fingerprint   text NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    config_path   text NOT NULL,
    drift_type    text NOT NULL,
    severity      text NOT NULL,
    document      json NOT NULL
);

CREATE INDEX drift_findings_of_scan ON omnicloud.drift_findings (scan_id, resource_id, drift_id);

-- What is known of each difference. News is the scan in which it last became news.
CREATE TABLE omnicloud.drifts (
    drift_id      text COLLATE "C" PRIMARY KEY,
    tenant_id     text COLLATE "C" NOT NULL,
    resource_id   text COLLATE "C" NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    cause_id      text COLLATE "C" NOT NULL,
    fingerprint   text NOT NULL,
    config_path   text NOT NULL,
    drift_type    text NOT NULL,
    severity      text NOT NULL CHECK (severity IN ('cosmetic', 'functional', 'security', 'critical')),
    state         text NOT NULL CHECK (state IN ('open', 'accepted', 'snoozed', 'resolved')),
    -- It was there when the tenant was first scanned.
    baseline      boolean NOT NULL,
    document      json NOT NULL,
    stance        jsonb,
    quiet_until   timestamptz,
    since         timestamptz NOT NULL,
    seen_in       text COLLATE "C" NOT NULL,
    news_in       text COLLATE "C" NOT NULL,
    news          text NOT NULL
);

CREATE INDEX drifts_of_tenant ON omnicloud.drifts (tenant_id, resource_id) WHERE state <> 'resolved';
CREATE INDEX drifts_of_cause ON omnicloud.drifts (cause_id) WHERE state <> 'resolved';
CREATE INDEX drifts_of_resource ON omnicloud.drifts (resource_id);
CREATE INDEX drifts_in_news ON omnicloud.drifts (news_in, resource_id, drift_id);

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['drift_scans', 'drifts', 'drift_modes'] LOOP
        EXECUTE format('ALTER TABLE omnicloud.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY %1$s_own ON omnicloud.%1$I FOR SELECT TO omnicloud_tenant
            USING (tenant_id = (SELECT omnicloud.current_tenant()))', name);
        EXECUTE format('CREATE POLICY %1$s_service ON omnicloud.%1$I TO omnicloud_service
            USING (true) WITH CHECK (true)', name);
        EXECUTE format('GRANT SELECT ON omnicloud.%I TO omnicloud_tenant', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- What is being mended, who decided on it, and by which rules drift is found.

-- +goose Up
CREATE TABLE omnicloud.remediations (
    remediation_id text COLLATE "C" PRIMARY KEY,
    tenant_id      text COLLATE "C" NOT NULL,
    resource_id    text COLLATE "C" NOT NULL,
    resource_type  text COLLATE "C" NOT NULL,
    -- Which attempt at this resource it is.
    ordinal        int NOT NULL CHECK (ordinal > 0),
    cause          text NOT NULL,
    severity       text NOT NULL,
    mode           text NOT NULL,
    quiet          boolean NOT NULL,
    state          text NOT NULL DEFAULT 'planning' CHECK (state IN ('planning', 'awaiting_approval', 'approved', 'applying',
        'verifying', 'mended', 'declared', 'moot', 'unmendable', 'rejected', 'expired', 'cancelled', 'failed')),
    scan_id        text COLLATE "C" NOT NULL,
    requested_by   text NOT NULL,
    correlation_id text NOT NULL DEFAULT '',
    plan           json,
    plan_hash      text NOT NULL DEFAULT '',
    plan_number    int NOT NULL DEFAULT 0,
    deadline       timestamptz,
    direction      text NOT NULL DEFAULT '',
    automatic      boolean NOT NULL DEFAULT false,
    break_glass    boolean NOT NULL DEFAULT false,
    review         text NOT NULL DEFAULT '' CHECK (review IN ('', 'due', 'done')),
    held           text NOT NULL DEFAULT '',
    reason         text NOT NULL DEFAULT '',
    failure_code   text NOT NULL DEFAULT '',
    -- When it last began to change something: what caps count.
    applied_at     timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL DEFAULT now(),
    ended_at       timestamptz,
    UNIQUE (tenant_id, resource_id, ordinal)
);

-- A resource is mended by one at a time; a rescan finds the one there.
CREATE UNIQUE INDEX remediations_one_works ON omnicloud.remediations (tenant_id, resource_id) WHERE ended_at IS NULL;
CREATE INDEX remediations_latest ON omnicloud.remediations (created_at DESC, remediation_id);
CREATE INDEX remediations_of_tenant ON omnicloud.remediations (tenant_id, created_at DESC, remediation_id);
CREATE INDEX remediations_applied ON omnicloud.remediations (tenant_id, applied_at) WHERE applied_at IS NOT NULL;

CREATE TABLE omnicloud.remediation_decisions (
    decision_no    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    remediation_id text COLLATE "C" NOT NULL REFERENCES omnicloud.remediations,
    tenant_id      text COLLATE "C" NOT NULL,
    decision_id    text NOT NULL,
    verdict        text NOT NULL,
    direction      text NOT NULL,
    break_glass    boolean NOT NULL,
    reason         text NOT NULL,
    plan_hash      text NOT NULL,
    actor          jsonb NOT NULL,
    subject        text NOT NULL,
    decided_at     timestamptz NOT NULL,
    refusal        text NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (remediation_id, decision_id, refusal)
);

CREATE TRIGGER remediation_decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.remediation_decisions
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
REVOKE UPDATE, DELETE ON omnicloud.remediation_decisions FROM omnicloud_service;
REVOKE DELETE ON omnicloud.remediations FROM omnicloud_service;

CREATE TABLE omnicloud.drift_rules (
    version      int PRIMARY KEY CHECK (version > 0),
    document     text NOT NULL,
    content_hash text NOT NULL,
    media_type   text NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE TRIGGER drift_rules_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.drift_rules
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
REVOKE UPDATE, DELETE ON omnicloud.drift_rules FROM omnicloud_service;

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['remediations', 'remediation_decisions'] LOOP
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

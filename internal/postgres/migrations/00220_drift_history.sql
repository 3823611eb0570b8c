-- What was found, decided and done about drift, as a chain per tenant that only grows.

-- +goose Up
CREATE TABLE omnicloud.drift_history_heads (
    tenant_id text COLLATE "C" PRIMARY KEY,
    entries   bigint NOT NULL DEFAULT 0,
    hash      text NOT NULL DEFAULT ''
);

CREATE TABLE omnicloud.drift_history (
    tenant_id     text COLLATE "C" NOT NULL REFERENCES omnicloud.drift_history_heads,
    chain_index   bigint NOT NULL CHECK (chain_index > 0),
    resource_id   text COLLATE "C" NOT NULL,
    resource_type text NOT NULL,
    kind          text NOT NULL,
    at            timestamptz NOT NULL,
    subject       text NOT NULL,
    reference     text COLLATE "C" NOT NULL,
    -- json and not jsonb: the hash covers the text as it was written.
    document      json NOT NULL,
    previous_hash text NOT NULL,
    hash          text NOT NULL,
    PRIMARY KEY (tenant_id, chain_index)
);

CREATE INDEX drift_history_of_resource ON omnicloud.drift_history (resource_id, chain_index DESC, tenant_id);
CREATE INDEX drift_history_of_reference ON omnicloud.drift_history (reference, chain_index) WHERE reference <> '';

CREATE TRIGGER drift_history_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.drift_history
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
REVOKE UPDATE, DELETE ON omnicloud.drift_history FROM omnicloud_service;
REVOKE DELETE ON omnicloud.drift_history_heads FROM omnicloud_service;

ALTER TABLE omnicloud.drift_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY drift_history_own ON omnicloud.drift_history FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
CREATE POLICY drift_history_service ON omnicloud.drift_history TO omnicloud_service USING (true) WITH CHECK (true);
GRANT SELECT ON omnicloud.drift_history TO omnicloud_tenant;

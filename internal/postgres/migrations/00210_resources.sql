-- What tenants run, as the state service knows it. Configurations are kept as text (json, not jsonb):
-- a digit or the order of keys that changed here would be drift that nobody made.

-- +goose Up
CREATE TABLE omnicloud.resources (
    resource_id   text COLLATE "C" PRIMARY KEY,
    resource_type text COLLATE "C" NOT NULL,
    tenant_id     text COLLATE "C" NOT NULL DEFAULT '',
    desired       json,
    actual        json,
    schema        json,
    state         text NOT NULL CHECK (state IN ('pending', 'creating', 'active', 'updating', 'deleting', 'deleted', 'failed')),
    version       bigint NOT NULL CHECK (version > 0),
    unreadable    text NOT NULL DEFAULT '',
    -- The content as it was last imported, empty where it never was.
    import_hash   text NOT NULL DEFAULT '',
    updated_at    timestamptz NOT NULL
);

CREATE INDEX resources_of_tenant ON omnicloud.resources (tenant_id, resource_id) WHERE state <> 'deleted';
CREATE INDEX resources_of_type ON omnicloud.resources (tenant_id, resource_type, resource_id) WHERE state <> 'deleted';

-- What has to be there before a resource. A deleted resource depends on nothing.
CREATE TABLE omnicloud.resource_dependencies (
    resource_id text COLLATE "C" NOT NULL REFERENCES omnicloud.resources,
    depends_on  text COLLATE "C" NOT NULL REFERENCES omnicloud.resources,
    PRIMARY KEY (resource_id, depends_on)
);

CREATE INDEX resource_dependencies_reverse ON omnicloud.resource_dependencies (depends_on);

-- Every move of every resource, in the order of version and step.
CREATE TABLE omnicloud.resource_transitions (
    resource_id    text COLLATE "C" NOT NULL REFERENCES omnicloud.resources,
    version        bigint NOT NULL,
    step           smallint NOT NULL,
    from_state     text NOT NULL,
    to_state       text NOT NULL,
    at             timestamptz NOT NULL,
    actor          text NOT NULL,
    reason         text NOT NULL,
    correlation_id text NOT NULL,
    PRIMARY KEY (resource_id, version, step)
);

CREATE TRIGGER resource_transitions_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.resource_transitions
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();

-- The answer to each write that was made under an idempotency key.
CREATE TABLE omnicloud.resource_writes (
    idempotency_key text COLLATE "C" PRIMARY KEY,
    resource_id     text COLLATE "C" NOT NULL,
    request_hash    text NOT NULL,
    answer          json,
    written_at      timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX resource_writes_of_resource ON omnicloud.resource_writes (resource_id, written_at);

-- What runs of the reconciler wrote, kept before they wrote it. What it holds of configurations goes
-- when an entry is settled.
CREATE TABLE omnicloud.reconciliations (
    run         text COLLATE "C" NOT NULL,
    resource_id text COLLATE "C" NOT NULL,
    number      int NOT NULL,
    fingerprint text NOT NULL,
    status      text NOT NULL,
    entry       json NOT NULL,
    settled_at  timestamptz,
    PRIMARY KEY (run, resource_id)
);

CREATE INDEX reconciliations_of_resource ON omnicloud.reconciliations (resource_id, fingerprint, settled_at) WHERE status = 'done';

REVOKE UPDATE, DELETE ON omnicloud.resource_transitions FROM omnicloud_service;
REVOKE DELETE ON omnicloud.resources FROM omnicloud_service;

-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['resources', 'resource_dependencies', 'resource_transitions', 'resource_writes', 'reconciliations'] LOOP
        EXECUTE format('ALTER TABLE omnicloud.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY %1$s_service ON omnicloud.%1$I TO omnicloud_service USING (true) WITH CHECK (true)', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- A tenant sees its resources and how they came to be what they are; who asked is not its business.
CREATE POLICY resources_own ON omnicloud.resources FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.resources TO omnicloud_tenant;
CREATE POLICY resource_dependencies_own ON omnicloud.resource_dependencies FOR SELECT TO omnicloud_tenant
    USING (EXISTS (SELECT FROM omnicloud.resources r WHERE r.resource_id = resource_dependencies.resource_id));
GRANT SELECT ON omnicloud.resource_dependencies TO omnicloud_tenant;
CREATE POLICY resource_transitions_own ON omnicloud.resource_transitions FOR SELECT TO omnicloud_tenant
    USING (EXISTS (SELECT FROM omnicloud.resources r WHERE r.resource_id = resource_transitions.resource_id));
GRANT SELECT (resource_id, version, step, from_state, to_state, at) ON omnicloud.resource_transitions TO omnicloud_tenant;

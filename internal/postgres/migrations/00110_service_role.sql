-- What the API and the worker may do, for a database user who neither owns the tables nor is a
-- superuser: CREATE ROLE … LOGIN BYPASSRLS IN ROLE omnicloud_service. Only the user who migrates owns
-- anything. BYPASSRLS is for COPY, which PostgreSQL refuses to whom row-level security applies; it
-- does not pass on to omnicloud_tenant, which a service becomes to read for a tenant.

-- +goose Up
-- Roles come from tokens alone; nothing reads grants that are kept here.
DROP TABLE omnicloud.role_grants;

-- Roles belong to the whole cluster: losing a race for one is no error, see 00001_roles.sql.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'omnicloud_service') THEN
        CREATE ROLE omnicloud_service NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'user % may not create roles; an administrator has to run: CREATE ROLE omnicloud_service; GRANT omnicloud_tenant TO omnicloud_service',
            current_user;
END
$$;
-- +goose StatementEnd

-- A service becomes omnicloud_tenant for one transaction when it reads for a tenant.
-- +goose StatementBegin
DO $$
BEGIN
    FOR attempt IN 1..5 LOOP
        EXIT WHEN pg_has_role('omnicloud_service', 'omnicloud_tenant', 'MEMBER');
        BEGIN
            GRANT omnicloud_tenant TO omnicloud_service;
        EXCEPTION WHEN internal_error OR unique_violation THEN
            PERFORM pg_sleep(0.05 * attempt);
        WHEN insufficient_privilege THEN
            EXIT;
        END;
    END LOOP;
    IF NOT pg_has_role('omnicloud_service', 'omnicloud_tenant', 'MEMBER') THEN
        RAISE EXCEPTION 'the role omnicloud_service is no member of omnicloud_tenant; an administrator has to run: GRANT omnicloud_tenant TO omnicloud_service';
    END IF;
END
$$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA omnicloud TO omnicloud_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA omnicloud TO omnicloud_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA omnicloud TO omnicloud_service;
-- Tables of later migrations, as long as the same user runs them.
ALTER DEFAULT PRIVILEGES IN SCHEMA omnicloud GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO omnicloud_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA omnicloud GRANT USAGE ON SEQUENCES TO omnicloud_service;
-- What only ever grows, the service cannot even ask to change; its triggers hold the owner to it too,
-- but the owner could switch them off.
REVOKE UPDATE, DELETE ON omnicloud.ledger_entries, omnicloud.decisions FROM omnicloud_service;
REVOKE DELETE ON omnicloud.ledger_transactions, omnicloud.ledger_heads, omnicloud.allocation_rules,
    omnicloud.books, omnicloud.periods, omnicloud.close_attempts FROM omnicloud_service;
REVOKE INSERT, UPDATE, DELETE ON omnicloud.schema_version FROM omnicloud_service;

-- Row-level security denies by default; members of omnicloud_service see every row, so that one
-- without BYPASSRLS fails at its first COPY instead of finding tables empty. It is not forced on the
-- owner: migrations and pg_dump need every row, and whoever owns a table can lift the force at will. A
-- service that must not be able to is no owner. Tables that later get row-level security need this
-- policy too.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.relname FROM pg_class c
        WHERE c.relnamespace = 'omnicloud'::regnamespace AND c.relrowsecurity
    LOOP
        EXECUTE format('CREATE POLICY %1$s_service ON omnicloud.%1$I TO omnicloud_service
            USING (true) WITH CHECK (true)', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

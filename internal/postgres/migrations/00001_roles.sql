-- The roles that narrow what a transaction may see. Roles belong to the whole cluster, so several
-- databases may create them at the same moment: losing that race is not an error. Where the
-- migrating user may not create roles, an administrator creates omnicloud_tenant beforehand and
-- grants it to that user.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'omnicloud_tenant') THEN
        CREATE ROLE omnicloud_tenant NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'user % may not create roles; an administrator has to run: CREATE ROLE omnicloud_tenant; GRANT omnicloud_tenant TO %',
            current_user, quote_ident(current_user);
END
$$;
-- +goose StatementEnd

-- The engine's own user becomes omnicloud_tenant for one transaction when it reads for a tenant.
-- A concurrent grant shows as an internal error ("tuple concurrently updated"); what counts is
-- that the membership is there afterwards.
-- +goose StatementBegin
DO $$
BEGIN
    FOR attempt IN 1..5 LOOP
        EXIT WHEN pg_has_role(current_user, 'omnicloud_tenant', 'MEMBER');
        BEGIN
            EXECUTE format('GRANT omnicloud_tenant TO %I', current_user);
        EXCEPTION WHEN internal_error OR unique_violation THEN
            PERFORM pg_sleep(0.05 * attempt);
        WHEN insufficient_privilege THEN
            EXIT;
        END;
    END LOOP;
    IF NOT pg_has_role(current_user, 'omnicloud_tenant', 'MEMBER') THEN
        RAISE EXCEPTION 'user % is not a member of the role omnicloud_tenant; an administrator has to run: GRANT omnicloud_tenant TO %',
            current_user, quote_ident(current_user);
    END IF;
END
$$;
-- +goose StatementEnd

-- Who holds which role, for deployments that keep roles here rather than in their identity
-- provider. Ids are opaque.
CREATE TABLE omnicloud.role_grants (
    subject    text COLLATE "C" NOT NULL CHECK (subject <> ''),
    role       text NOT NULL CHECK (role IN ('operator', 'finance_approver', 'security_approver', 'auditor', 'tenant')),
    tenant_id  text COLLATE "C" NOT NULL DEFAULT '',
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, role, tenant_id),
    CHECK ((role = 'tenant') = (tenant_id <> ''))
);

-- Refuses any change of rows that only ever grow. It raises OC001, which the stores report as
-- tampering.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed: % is refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'OC001';
END
$$;
-- +goose StatementEnd

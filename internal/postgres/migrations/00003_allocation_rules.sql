-- Versions of allocation rules. A version's content never changes; superseding or deleting a rule retires
-- versions and adds others.

-- +goose Up

-- A range of one text value makes "the same pool" expressible in an exclusion constraint without an
-- extension, which a managed PostgreSQL might not offer.
CREATE TYPE omnicloud.text_range AS RANGE (subtype = text, collation = "C");

CREATE TABLE omnicloud.allocation_rules (
    rule_id         text COLLATE "C" NOT NULL CHECK (rule_id ~ '^[A-Za-z0-9._-]{1,128}$'),
    version         int NOT NULL CHECK (version > 0),
    kind            text COLLATE "C" NOT NULL CHECK (kind IN ('pool', 'mapping')),
    -- Empty for a mapping.
    pool_id         text COLLATE "C" NOT NULL DEFAULT '',
    category        text NOT NULL DEFAULT '',
    name            text NOT NULL DEFAULT '',
    -- As text, byte for byte: content_hash is over it.
    document        json NOT NULL,
    content_hash    text NOT NULL,
    -- Without a time the rule holds from ever, or for ever.
    effective_from  timestamptz,
    effective_until timestamptz,
    is_active       boolean NOT NULL DEFAULT true,
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (rule_id, version),
    CHECK ((kind = 'pool') = (pool_id <> '')),
    CHECK (effective_from < effective_until OR NOT is_active),
    -- A pool has one rule at a time. Several mappings may be in effect at once: they are tried one
    -- after the other.
    CONSTRAINT allocation_rules_one_at_a_time EXCLUDE USING gist (
        omnicloud.text_range(pool_id, pool_id, '[]') WITH &&,
        tstzrange(effective_from, effective_until) WITH &&
    ) WHERE (is_active AND kind = 'pool')
);

CREATE INDEX allocation_rules_active ON omnicloud.allocation_rules (kind, pool_id, effective_from)
    WHERE is_active;

-- +goose StatementBegin
CREATE FUNCTION omnicloud.keep_rule_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.rule_id, NEW.version, NEW.kind, NEW.pool_id, NEW.category, NEW.name, NEW.document::text,
        NEW.content_hash, NEW.effective_from, NEW.effective_until, NEW.created_by, NEW.created_at)
       IS DISTINCT FROM
       (OLD.rule_id, OLD.version, OLD.kind, OLD.pool_id, OLD.category, OLD.name, OLD.document::text,
        OLD.content_hash, OLD.effective_from, OLD.effective_until, OLD.created_by, OLD.created_at)
    THEN
        RAISE EXCEPTION 'version % of rule % never changes; make a new version', OLD.version, OLD.rule_id
            USING ERRCODE = 'OC001';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER allocation_rules_keep_versions BEFORE UPDATE ON omnicloud.allocation_rules
    FOR EACH ROW EXECUTE FUNCTION omnicloud.keep_rule_version();
CREATE TRIGGER allocation_rules_only_grow BEFORE DELETE OR TRUNCATE ON omnicloud.allocation_rules
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();

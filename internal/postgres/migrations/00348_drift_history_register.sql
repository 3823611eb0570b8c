-- One chain over the heads of all tenants' histories of drift: whoever drops the end of a history, or a
-- whole one, and sets its head back to fit, has still to answer for what the register noted of it.

-- +goose Up
CREATE TABLE omnicloud.drift_history_register (
    entry_no      bigint PRIMARY KEY CHECK (entry_no > 0),
    tenant_id     text COLLATE "C" NOT NULL,
    entries       bigint NOT NULL CHECK (entries > 0),
    head          text NOT NULL,
    at            timestamptz NOT NULL,
    previous_hash text NOT NULL,
    hash          text NOT NULL
);

-- Appends a head to the register, as domain/drifthistory hashes it. The lock is held until the transaction
-- ends; it is the last that a writer of the history takes.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.note_drift_history_head(tenant text, count bigint, head text) RETURNS void
LANGUAGE plpgsql SET search_path = omnicloud, pg_temp AS $$
DECLARE
    last   drift_history_register;
    number bigint;
    before text;
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock(348);
    SELECT * INTO last FROM drift_history_register ORDER BY entry_no DESC LIMIT 1;
    number := coalesce(last.entry_no, 0) + 1;
    before := coalesce(last.hash, '');
    moment := clock_timestamp();
    INSERT INTO drift_history_register (entry_no, tenant_id, entries, head, at, previous_hash, hash)
    VALUES (number, tenant, count, head, moment, before, encode(sha256(convert_to(concat_ws(E'\n',
        'drift-history-register-1', number, before, count, head, (extract(epoch FROM moment) * 1000000)::bigint, tenant), 'UTF8')), 'hex'));
END
$$;
-- +goose StatementEnd

-- The owner of the tables writes the register, whoever moved the head: a service cannot write what is not
-- the head. Of a head that one transaction moves several times, where it ends is noted.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.note_moved_drift_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = omnicloud, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM drift_history_heads h WHERE h.tenant_id = NEW.tenant_id AND h.entries = NEW.entries AND h.hash = NEW.hash) THEN
        PERFORM note_drift_history_head(NEW.tenant_id, NEW.entries, NEW.hash);
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION omnicloud.refuse_shorter_drift_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.tenant_id <> OLD.tenant_id OR NEW.entries <= OLD.entries THEN
        RAISE EXCEPTION 'the head of a drift history only moves forward: % is refused', lower(TG_OP) USING ERRCODE = 'OC001';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION omnicloud.note_drift_history_head, omnicloud.note_moved_drift_history FROM PUBLIC;

-- What was written before there was a register.
SELECT omnicloud.note_drift_history_head(tenant_id, entries, hash)
FROM (SELECT * FROM omnicloud.drift_history_heads WHERE entries > 0 ORDER BY tenant_id) AS heads;

CREATE CONSTRAINT TRIGGER drift_history_heads_are_noted AFTER INSERT OR UPDATE ON omnicloud.drift_history_heads
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.entries > 0) EXECUTE FUNCTION omnicloud.note_moved_drift_history();
CREATE TRIGGER drift_history_heads_move_forward BEFORE UPDATE ON omnicloud.drift_history_heads
    FOR EACH ROW EXECUTE FUNCTION omnicloud.refuse_shorter_drift_history();
CREATE TRIGGER drift_history_heads_stay BEFORE DELETE OR TRUNCATE ON omnicloud.drift_history_heads
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
CREATE TRIGGER drift_history_register_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.drift_history_register
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
REVOKE INSERT, UPDATE, DELETE ON omnicloud.drift_history_register FROM omnicloud_service;

-- Heads tell which tenants there are, so a tenant sees none of them.
ALTER TABLE omnicloud.drift_history_register ENABLE ROW LEVEL SECURITY;
CREATE POLICY drift_history_register_service ON omnicloud.drift_history_register TO omnicloud_service USING (true) WITH CHECK (true);

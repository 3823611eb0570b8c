-- What holds values of configurations beside the resources themselves is encrypted, and secrets that were
-- rotated away are remembered by what nobody can read.

-- +goose Up

-- What a run is about to write, and what was there before, is sealed until the run has settled it. Entries
-- that are open now keep theirs in entry until then. Fingerprints become keyed: those from before would
-- let values be tried out, and count nothing any more.
ALTER TABLE omnicloud.reconciliations ADD COLUMN sealed bytea;
UPDATE omnicloud.reconciliations SET fingerprint = '', entry = (entry::jsonb - 'fingerprint')::json;

-- The answer to a write is sealed with the key under which it is asked for again, and the key kept as a
-- digest. Answers from before held configurations as they were; a write that is repeated across this
-- migration finds another version than the one it is bound to.
DELETE FROM omnicloud.resource_writes;
ALTER TABLE omnicloud.resource_writes RENAME COLUMN idempotency_key TO key_digest;
ALTER TABLE omnicloud.resource_writes ALTER COLUMN answer TYPE bytea USING NULL;

-- Values that are or were a secret of a tenant: a keyed tag of each, which tells whether a text is it, and a
-- keyed hint of its first bytes, which tells where to look.
CREATE TABLE omnicloud.secret_traces (
    tenant_id text COLLATE "C" NOT NULL,
    tag       bytea NOT NULL,
    hint      integer NOT NULL,
    length    integer NOT NULL CHECK (length >= 8),
    seen_on   date NOT NULL,
    PRIMARY KEY (tenant_id, tag)
);

CREATE INDEX secret_traces_by_age ON omnicloud.secret_traces (seen_on);

ALTER TABLE omnicloud.secret_traces ENABLE ROW LEVEL SECURITY;
CREATE POLICY secret_traces_service ON omnicloud.secret_traces TO omnicloud_service USING (true) WITH CHECK (true);

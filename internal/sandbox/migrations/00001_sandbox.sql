-- +goose Up

-- One row: which sample is loaded. A start with another version or seed loads anew.
CREATE TABLE sandbox.sample (
    sole    boolean PRIMARY KEY DEFAULT true CHECK (sole),
    version integer NOT NULL,
    seed    numeric NOT NULL
);

-- Every list that the services offer, one row an item. The document is kept as text (json, not
-- jsonb): it is what goes over the wire, and a page of thousands is served without parsing any.
CREATE TABLE sandbox.listings (
    listing       text   NOT NULL,
    scope         text   NOT NULL DEFAULT '',
    row_no        bigint NOT NULL,
    tenant_id     text   NOT NULL DEFAULT '',
    resource_type text   NOT NULL DEFAULT '',
    document      json   NOT NULL,
    PRIMARY KEY (listing, scope, row_no)
);

-- stated_cost is what billing claims instead of the truth while someone wants to see a close stop.
CREATE TABLE sandbox.control_totals (
    period             text    NOT NULL,
    billing_account_id text    NOT NULL,
    invoice_id         text    NOT NULL,
    currency           text    NOT NULL,
    billed_cost        numeric NOT NULL,
    stated_cost        numeric,
    PRIMARY KEY (period, billing_account_id, invoice_id, currency)
);

-- What was written to the services, each under the key that its sender chose.
CREATE TABLE sandbox.deliveries (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text        NOT NULL,
    idempotency_key text        NOT NULL,
    body_hash       bytea       NOT NULL,
    document        json        NOT NULL,
    correlation_id  text        NOT NULL,
    received_at     timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, idempotency_key)
);

-- +goose Down
DROP TABLE sandbox.deliveries, sandbox.control_totals, sandbox.listings, sandbox.sample;

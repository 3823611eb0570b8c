-- What the cells of a result consist of, by day and by resource: written once per attempt beside the
-- ledger, to answer questions about history, tags and the causes of a rise without the bill.

-- +goose Up
-- One row per attempt whose costs are stored. Attempt 0 is no attempt: it holds what the inputs of a
-- period that was never closed give now, and is replaced when they change.
CREATE TABLE omnicloud.cost_projections (
    projection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book          text COLLATE "C" NOT NULL REFERENCES omnicloud.books,
    period        text COLLATE "C" NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    attempt       int NOT NULL CHECK (attempt >= 0),
    -- The hash of the inputs and rules that it was made of.
    inputs_hash   text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (book, period, attempt)
);

-- A month of days in one row: thirty times fewer rows to copy, to index and to read than a row per
-- day, and a year of a tenant's history is a few dozen of them.
CREATE TABLE omnicloud.cost_days (
    projection_id bigint NOT NULL,
    account       text COLLATE "C" NOT NULL CHECK (account <> ''),
    category      text COLLATE "C" NOT NULL,
    currency      text COLLATE "C" NOT NULL,
    -- The amount of each day of the month, from the first to the last.
    amounts       numeric[] NOT NULL,
    PRIMARY KEY (projection_id, account, category, currency)
);

-- Direct cost by resource, and a row per pool for the cell of shared cost. Rows of one resource add
-- up; there is no key to keep them apart, since a large bill is summed in stretches.
CREATE TABLE omnicloud.cost_lines (
    projection_id bigint NOT NULL,
    account       text COLLATE "C" NOT NULL CHECK (account <> ''),
    category      text COLLATE "C" NOT NULL,
    currency      text COLLATE "C" NOT NULL,
    -- The pool where shared.
    service       text COLLATE "C" NOT NULL,
    shared        boolean NOT NULL,
    amount        numeric NOT NULL,
    resource_id   text COLLATE "C" NOT NULL,
    project_id    text COLLATE "C" NOT NULL,
    -- Values by canonical key, and the delivered spelling of keys that were not canonical; NULL for none.
    tags          jsonb,
    spellings     jsonb
);

CREATE INDEX cost_lines_account ON omnicloud.cost_lines (projection_id, account);

-- A tenant sees its own costs: those of approved results, and what a period comes to so far.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    ALTER TABLE omnicloud.cost_projections ENABLE ROW LEVEL SECURITY;
    CREATE POLICY cost_projections_approved ON omnicloud.cost_projections FOR SELECT TO omnicloud_tenant
        USING ((SELECT omnicloud.current_tenant()) IS NOT NULL AND (attempt = 0 OR EXISTS (
            SELECT FROM omnicloud.close_attempts a
            WHERE a.book = cost_projections.book AND a.period = cost_projections.period
                AND a.ledger_attempt = cost_projections.attempt AND a.revision IS NOT NULL)));
    GRANT SELECT ON omnicloud.cost_projections TO omnicloud_tenant;
    FOREACH name IN ARRAY ARRAY['cost_days', 'cost_lines'] LOOP
        EXECUTE format('ALTER TABLE omnicloud.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY %1$s_own ON omnicloud.%1$I FOR SELECT TO omnicloud_tenant
            USING (account = (SELECT omnicloud.current_tenant())
                AND projection_id IN (SELECT p.projection_id FROM omnicloud.cost_projections p))', name);
        EXECUTE format('GRANT SELECT ON omnicloud.%I TO omnicloud_tenant', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- What a transaction sees that has become omnicloud_tenant: the rows of the tenant named in
-- omnicloud.tenant_id, and none where that is not set. Tables without a grant here are closed to it.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION omnicloud.current_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('omnicloud.tenant_id', true), '') COLLATE "C"
$$;
-- +goose StatementEnd

GRANT USAGE ON SCHEMA omnicloud TO omnicloud_tenant;

-- Deny by default: with row-level security on and no policy, a role other than the owner sees
-- nothing, even where a later grant would be too wide.
-- +goose StatementBegin
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['charges', 'usage_records', 'tenants', 'ownership', 'control_totals',
        'ledger_transactions', 'ledger_entries'] LOOP
        EXECUTE format('ALTER TABLE omnicloud.%I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['usage_records', 'tenants', 'ownership'] LOOP
        EXECUTE format('CREATE POLICY %1$s_own ON omnicloud.%1$I FOR SELECT TO omnicloud_tenant
            USING (tenant_id = (SELECT omnicloud.current_tenant()))', name);
        EXECUTE format('GRANT SELECT ON omnicloud.%I TO omnicloud_tenant', name);
    END LOOP;
END
$$;
-- +goose StatementEnd

-- A tenant sees results only once they are approved, and of a transaction only its name: a pool's
-- whole amount is not the tenant's business.
CREATE POLICY ledger_transactions_approved ON omnicloud.ledger_transactions FOR SELECT TO omnicloud_tenant
    USING (sealed AND (SELECT omnicloud.current_tenant()) IS NOT NULL);
GRANT SELECT (tx_id, book, period, attempt, stage, pool, currency, sealed, revision)
    ON omnicloud.ledger_transactions TO omnicloud_tenant;

CREATE POLICY ledger_entries_own ON omnicloud.ledger_entries FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant())
        AND EXISTS (SELECT FROM omnicloud.ledger_transactions t WHERE t.tx_id = ledger_entries.tx_id));
GRANT SELECT ON omnicloud.ledger_entries TO omnicloud_tenant;

-- States, revisions and books, so that a tenant can ask for its statement.
GRANT SELECT (book, name, currency, cost_basis, period_by, posting_digits, first_period) ON omnicloud.books TO omnicloud_tenant;
GRANT SELECT (book, period, state, revision, updated_at) ON omnicloud.periods TO omnicloud_tenant;
GRANT SELECT (book, period, attempt, ledger_attempt, revision, outcome) ON omnicloud.close_attempts TO omnicloud_tenant;
GRANT SELECT (slice_id, batch_id, kind, scope, period, status) ON omnicloud.input_slices TO omnicloud_tenant;

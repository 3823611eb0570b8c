-- What currencies are worth in each other, frozen with a period like its other inputs.

-- +goose Up
ALTER TABLE omnicloud.input_batches DROP CONSTRAINT input_batches_kind_check, ADD CONSTRAINT input_batches_kind_check
    CHECK (kind IN ('charges', 'usage', 'tenants', 'ownership', 'invoices', 'rates'));
ALTER TABLE omnicloud.input_slices DROP CONSTRAINT input_slices_kind_check, ADD CONSTRAINT input_slices_kind_check
    CHECK (kind IN ('charges', 'usage', 'tenants', 'ownership', 'invoices', 'rates'));

CREATE TABLE omnicloud.exchange_rates (
    slice_id bigint NOT NULL,
    row_no   bigint NOT NULL,
    -- An amount in base times rate is the amount in quote.
    base     text COLLATE "C" NOT NULL,
    quote    text COLLATE "C" NOT NULL,
    rate     numeric NOT NULL CHECK (rate > 0),
    as_of    timestamptz NOT NULL,
    PRIMARY KEY (slice_id, row_no)
);

CREATE TRIGGER exchange_rates_never_change BEFORE UPDATE OR TRUNCATE ON omnicloud.exchange_rates
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
CREATE TRIGGER exchange_rates_stay_sealed AFTER DELETE ON omnicloud.exchange_rates
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.keep_sealed_slices();

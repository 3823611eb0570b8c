-- An account's cells of shared pools lie beside the days that they were spread over: a row for an
-- account's categories instead of one for each of its pools.

-- +goose Up
ALTER TABLE omnicloud.cost_days
    -- The pools that an account bears a part of in the category and currency, and its cell of each; NULL
    -- where there are none. Projections from before have them in cost_lines, marked as shared.
    ADD COLUMN pools text[] COLLATE "C",
    ADD COLUMN cells numeric[],
    ADD CHECK (cardinality(pools) IS NOT DISTINCT FROM cardinality(cells));

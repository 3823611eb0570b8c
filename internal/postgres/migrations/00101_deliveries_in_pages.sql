-- Deliveries from services come in pages that are committed one by one, so that a collection that
-- was interrupted goes on where it stopped; and slices remember what a restatement has to know.

-- +goose Up
ALTER TABLE omnicloud.input_batches
    -- What the delivery is about, such as a book and period: of one group and kind, only one
    -- delivery is under way at a time.
    ADD COLUMN group_key text NOT NULL DEFAULT '',
    -- While loading: the cursor of the next page and the tally of what was taken.
    ADD COLUMN progress  jsonb;

CREATE UNIQUE INDEX input_batches_under_way ON omnicloud.input_batches (kind, group_key)
    WHERE status = 'loading';

ALTER TABLE omnicloud.input_slices
    -- Billed and effective cost per currency; billed and effective hold them where there is one.
    ADD COLUMN sums     jsonb,
    -- Whether the slice was added beside others of its key instead of in their place.
    ADD COLUMN appended boolean NOT NULL DEFAULT false;

-- A bill may leave out when a charge ends.
ALTER TABLE omnicloud.charges ALTER COLUMN charge_period_end DROP NOT NULL;

-- Where a charge stood in its delivery, which is not its place in the slice once accounts mix.
ALTER TABLE omnicloud.charges ADD COLUMN source_row bigint NOT NULL DEFAULT 0;

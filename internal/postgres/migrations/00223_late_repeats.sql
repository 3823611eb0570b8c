-- A late delivery that only repeats what is booked has no difference to store, and is taken all the
-- same: it would wait for ever.

-- +goose Up
ALTER TABLE omnicloud.late_inputs ALTER COLUMN slice_id DROP NOT NULL;

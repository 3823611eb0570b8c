-- An attempt books the difference of an account's month once, and may find after it, again and again,
-- that what came late since only repeats what is booked.

-- +goose Up
ALTER TABLE omnicloud.late_inputs DROP CONSTRAINT late_inputs_book_period_attempt_month_scope_key;
CREATE UNIQUE INDEX late_inputs_difference ON omnicloud.late_inputs (book, period, attempt, month, scope) WHERE slice_id IS NOT NULL;
CREATE INDEX late_inputs_attempt ON omnicloud.late_inputs (book, period, attempt);

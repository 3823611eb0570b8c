-- Corrections on a bill are told apart in exports; few bills have many.

-- +goose Up
CREATE INDEX charges_corrections ON omnicloud.charges (slice_id, row_no) WHERE charge_class = 'Correction';

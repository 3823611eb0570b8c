-- What remediations changed without a person is counted from when they were let go on, so that many that
-- are planned at once cannot all be the last within a limit.

-- +goose Up
ALTER TABLE omnicloud.remediations ADD COLUMN alone_at timestamptz;
UPDATE omnicloud.remediations SET alone_at = applied_at WHERE automatic;
CREATE INDEX remediations_alone ON omnicloud.remediations (tenant_id, alone_at) WHERE alone_at IS NOT NULL;

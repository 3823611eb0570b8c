-- What ended lately is counted whenever metrics are read.

-- +goose Up
CREATE INDEX drift_scans_ended ON omnicloud.drift_scans (completed_at);
CREATE INDEX remediations_ended ON omnicloud.remediations (ended_at);

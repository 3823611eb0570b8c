-- What is mended first and how much is left for the next scan, and which loss of resources somebody confirmed.

-- +goose Up
ALTER TABLE omnicloud.drift_findings ADD COLUMN opens boolean NOT NULL DEFAULT false;
-- Of the resource more is exposed than was declared, so that mending it narrows exposure.
ALTER TABLE omnicloud.drifts ADD COLUMN opens boolean NOT NULL DEFAULT false;

ALTER TABLE omnicloud.drift_scans
    ADD COLUMN deferred bigint NOT NULL DEFAULT 0,
    -- The scan whose loss of resources this one is to believe.
    ADD COLUMN confirms text COLLATE "C" NOT NULL DEFAULT '';

CREATE INDEX remediations_of_scan ON omnicloud.remediations (scan_id);

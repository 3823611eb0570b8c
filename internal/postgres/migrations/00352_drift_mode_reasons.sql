-- Why a mode was set, and how it is known that what a scan no longer saw is gone.

-- +goose Up
ALTER TABLE omnicloud.drift_modes ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE omnicloud.drift_scans ADD COLUMN confirm_reason text NOT NULL DEFAULT '';

-- A book says from which rise of a tenant's day on an anomaly is told.

-- +goose Up
ALTER TABLE omnicloud.books ADD COLUMN anomaly_least_impact numeric NOT NULL DEFAULT 25 CHECK (anomaly_least_impact >= 0);

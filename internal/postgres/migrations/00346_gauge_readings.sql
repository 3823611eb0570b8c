-- How far each query of a monitoring system was read into usage_days.

-- +goose Up
CREATE TABLE omnicloud.gauge_readings (
    gauge      text COLLATE "C" PRIMARY KEY,
    metric     text NOT NULL,
    read_until timestamptz NOT NULL
);

ALTER TABLE omnicloud.gauge_readings ENABLE ROW LEVEL SECURITY;
CREATE POLICY gauge_readings_service ON omnicloud.gauge_readings TO omnicloud_service USING (true) WITH CHECK (true);

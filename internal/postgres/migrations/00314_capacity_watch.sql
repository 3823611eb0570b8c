-- What stands of a series' capacity: the alert that people were told, and the change that was recommended
-- to compute. Both are told again only when they change materially.

-- +goose Up
CREATE TABLE omnicloud.capacity_watch (
    tenant_id  text COLLATE "C" NOT NULL,
    metric     text COLLATE "C" NOT NULL,
    document   json NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, metric)
);

ALTER TABLE omnicloud.capacity_watch ENABLE ROW LEVEL SECURITY;
CREATE POLICY capacity_watch_service ON omnicloud.capacity_watch TO omnicloud_service USING (true) WITH CHECK (true);
CREATE POLICY capacity_watch_own ON omnicloud.capacity_watch FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.capacity_watch TO omnicloud_tenant;

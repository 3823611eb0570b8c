-- Which files of usage were imported, by the content of each series: the same content again changes nothing.

-- +goose Up
CREATE TABLE omnicloud.usage_imports (
    tenant_id    text COLLATE "C" NOT NULL,
    metric       text COLLATE "C" NOT NULL,
    content_hash text NOT NULL,
    imported_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, metric, content_hash)
);

ALTER TABLE omnicloud.usage_imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY usage_imports_service ON omnicloud.usage_imports TO omnicloud_service USING (true) WITH CHECK (true);

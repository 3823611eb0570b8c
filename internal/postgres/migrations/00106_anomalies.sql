-- Rises in cost that a tenant's past does not explain, each once.

-- +goose Up
CREATE TABLE omnicloud.anomalies (
    book        text COLLATE "C" NOT NULL REFERENCES omnicloud.books,
    anomaly_id  text COLLATE "C" NOT NULL,
    tenant_id   text COLLATE "C" NOT NULL,
    -- The day that rose, or the first day of the month.
    day         date NOT NULL,
    impact      numeric NOT NULL,
    document    jsonb NOT NULL,
    detected_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, anomaly_id)
);

CREATE INDEX anomalies_latest ON omnicloud.anomalies (day DESC, anomaly_id, book);
CREATE INDEX anomalies_of_tenant ON omnicloud.anomalies (tenant_id, day DESC, anomaly_id);

ALTER TABLE omnicloud.anomalies ENABLE ROW LEVEL SECURITY;
CREATE POLICY anomalies_own ON omnicloud.anomalies FOR SELECT TO omnicloud_tenant
    USING (tenant_id = (SELECT omnicloud.current_tenant()));
GRANT SELECT ON omnicloud.anomalies TO omnicloud_tenant;

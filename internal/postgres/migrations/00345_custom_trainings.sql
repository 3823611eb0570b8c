-- Custom models that people asked for, and what became of them.

-- +goose Up
CREATE TABLE omnicloud.custom_trainings (
    training_id  text COLLATE "C" PRIMARY KEY,
    tenant_id    text COLLATE "C" NOT NULL,
    metric       text COLLATE "C" NOT NULL,
    version      integer NOT NULL CHECK (version > 0),
    state        text NOT NULL CHECK (state IN ('training', 'trained', 'failed')),
    requested_at timestamptz NOT NULL,
    document     json NOT NULL,
    UNIQUE (tenant_id, metric, version)
);

-- One training of a tenant and metric at a time.
CREATE UNIQUE INDEX custom_trainings_running ON omnicloud.custom_trainings (tenant_id, metric) WHERE state = 'training';
CREATE INDEX custom_trainings_latest ON omnicloud.custom_trainings (tenant_id, requested_at DESC, training_id DESC);

ALTER TABLE omnicloud.custom_trainings ENABLE ROW LEVEL SECURITY;
CREATE POLICY custom_trainings_service ON omnicloud.custom_trainings TO omnicloud_service USING (true) WITH CHECK (true);

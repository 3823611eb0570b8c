-- An anomaly that the costs of a later revision explain is withdrawn; it stays on record.

-- +goose Up
ALTER TABLE omnicloud.anomalies
    ADD COLUMN state text COLLATE "C" NOT NULL DEFAULT 'standing' CHECK (state IN ('standing', 'withdrawn')),
    -- How often the state changed: each change is told once.
    ADD COLUMN changes int NOT NULL DEFAULT 0 CHECK (changes >= 0);

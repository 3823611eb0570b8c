-- +goose Up

-- Metered usage runs up to now; its trends begin when the sample was loaded.
ALTER TABLE sandbox.sample ADD COLUMN loaded_at timestamptz NOT NULL DEFAULT now();

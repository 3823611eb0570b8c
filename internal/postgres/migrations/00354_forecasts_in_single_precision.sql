-- Predictions in single precision: seven digits are more than a forecast knows, and most of its row is predictions.

-- +goose Up
ALTER TABLE omnicloud.forecasts
    ALTER COLUMN medians TYPE float4[] USING medians::float4[],
    ALTER COLUMN quantiles TYPE float4[] USING quantiles::float4[];

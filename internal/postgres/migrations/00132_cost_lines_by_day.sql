-- What a resource cost on each day, to say which one rose on a day.

-- +goose Up
ALTER TABLE omnicloud.cost_lines
    -- The day of the month, counted from 1, of the first of the amounts; NULL where only the category is
    -- known by day: of shared cost, and of results before this column.
    ADD COLUMN first_day bigint,
    ADD COLUMN days numeric[],
    ADD CHECK (first_day BETWEEN 1 AND 31),
    ADD CHECK ((first_day IS NULL) = (days IS NULL));

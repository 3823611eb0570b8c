-- What attempts took of the charges that came after a period was frozen. The difference itself is a
-- slice like any other, so that whatever reads frozen charges reads it too.

-- +goose Up
CREATE TABLE omnicloud.late_inputs (
    take_no  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The attempt that books the difference.
    book     text COLLATE "C" NOT NULL,
    period   text COLLATE "C" NOT NULL,
    attempt  int NOT NULL,
    -- The closed month and the billing account that the charges are of.
    month    text COLLATE "C" NOT NULL,
    scope    text COLLATE "C" NOT NULL,
    -- The slices that are accounted for with this attempt: the rows of base, and of each slice beside
    -- it those that are not there already.
    base     bigint[] NOT NULL,
    beside   bigint[] NOT NULL,
    slice_id bigint NOT NULL REFERENCES omnicloud.input_slices,
    UNIQUE (book, period, attempt, month, scope),
    FOREIGN KEY (book, period, attempt) REFERENCES omnicloud.close_attempts
);

CREATE INDEX late_inputs_month ON omnicloud.late_inputs (book, month, scope, take_no);

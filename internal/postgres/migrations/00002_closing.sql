-- Books, the state of each of their periods, and what every attempt at closing one did.

-- +goose Up
CREATE TABLE omnicloud.books (
    book               text COLLATE "C" PRIMARY KEY CHECK (book ~ '^[A-Za-z0-9._-]{1,128}$'),
    name               text NOT NULL,
    billing_accounts   text[] NOT NULL DEFAULT '{}',
    currency           text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    cost_basis         text NOT NULL CHECK (cost_basis IN ('effective', 'billed')),
    period_by          text NOT NULL CHECK (period_by IN ('billing', 'charge')),
    posting_digits     int CHECK (posting_digits BETWEEN 0 AND 18),
    close_day          int NOT NULL CHECK (close_day BETWEEN 1 AND 28),
    variance_tolerance numeric NOT NULL CHECK (variance_tolerance >= 0),
    in_order           boolean NOT NULL,
    first_period       text COLLATE "C" NOT NULL CHECK (first_period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    approval_deadline  interval NOT NULL,
    reminder_every     interval NOT NULL,
    approvers          text[] NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL DEFAULT now()
);

-- One row per book and period that was ever worked on: the truth about its state. Every change
-- locks the row first. A period without a row is open.
CREATE TABLE omnicloud.periods (
    book         text COLLATE "C" NOT NULL REFERENCES omnicloud.books,
    period       text COLLATE "C" NOT NULL CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    state        text NOT NULL DEFAULT 'open' CHECK (state IN
        ('open', 'closing', 'awaiting_approval', 'publishing', 'closed', 'failed', 'restating')),
    attempt      int NOT NULL DEFAULT 0,
    revision     int NOT NULL DEFAULT 0,
    step         text NOT NULL DEFAULT '',
    step_done    bigint NOT NULL DEFAULT 0,
    step_total   bigint NOT NULL DEFAULT 0,
    reason       text NOT NULL DEFAULT '',
    failure_code text NOT NULL DEFAULT '',
    updated_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (book, period)
);

CREATE TABLE omnicloud.close_attempts (
    book              text COLLATE "C" NOT NULL,
    period            text COLLATE "C" NOT NULL,
    attempt           int NOT NULL CHECK (attempt > 0),
    requested_by      text NOT NULL,
    correlation_id    text NOT NULL DEFAULT '',
    -- The attempt whose ledger transactions are this one's result: itself, except where an attempt
    -- goes on with publishing what an earlier one had approved.
    ledger_attempt    int NOT NULL,
    -- A restatement's alone: the revision that it makes, and what was asked for.
    restates          int CHECK (restates > 1),
    restatement       jsonb,
    manifest          jsonb,
    manifest_hash     text NOT NULL DEFAULT '',
    reconciliation    jsonb,
    result_hash       text NOT NULL DEFAULT '',
    totals            jsonb,
    approval_deadline timestamptz,
    -- Set by the approval, and from then on the attempt can only be published.
    decision_id       text,
    revision          int,
    outcome           text NOT NULL DEFAULT 'running' CHECK (outcome IN
        ('running', 'closed', 'failed', 'rejected', 'withdrawn')),
    reason            text NOT NULL DEFAULT '',
    failure_code      text NOT NULL DEFAULT '',
    failed_from       text NOT NULL DEFAULT '',
    started_at        timestamptz NOT NULL DEFAULT now(),
    ended_at          timestamptz,
    PRIMARY KEY (book, period, attempt),
    FOREIGN KEY (book, period) REFERENCES omnicloud.periods,
    CHECK ((decision_id IS NULL) = (revision IS NULL)),
    CHECK ((restates IS NULL) = (restatement IS NULL)),
    CHECK ((outcome = 'running') = (ended_at IS NULL))
);

-- Never two open attempts of a period, whatever the code above believes.
CREATE UNIQUE INDEX close_attempts_one_running ON omnicloud.close_attempts (book, period)
    WHERE outcome = 'running';

-- Every decision and every refused attempt at one. The decision token is a credential and is not
-- kept: the signature was checked before the row was written.
CREATE TABLE omnicloud.decisions (
    decision_no    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book           text COLLATE "C" NOT NULL,
    period         text COLLATE "C" NOT NULL,
    attempt        int NOT NULL,
    decision_id    text NOT NULL,
    -- approve or reject; whatever was said where it was refused.
    verdict        text NOT NULL CHECK (verdict IN ('approve', 'reject') OR refusal <> ''),
    reason         text NOT NULL,
    result_hash    text NOT NULL,
    actor          jsonb NOT NULL,
    subject        text NOT NULL,
    decided_at     timestamptz NOT NULL,
    -- The fault code of a decision that was not accepted, else empty.
    refusal        text NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (book, period, attempt, decision_id, refusal)
);

CREATE UNIQUE INDEX decisions_one_accepted ON omnicloud.decisions (book, period, attempt)
    WHERE refusal = '';

CREATE TRIGGER decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.decisions
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();

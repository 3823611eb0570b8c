-- What is to be delivered, and what was answered to requests that may be repeated.

-- +goose Up
CREATE TABLE omnicloud.outbox (
    message_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic          text COLLATE "C" NOT NULL,
    group_key      text COLLATE "C" NOT NULL,
    message_key    text COLLATE "C" NOT NULL,
    payload        jsonb NOT NULL,
    correlation_id text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL DEFAULT now(),
    attempts       int NOT NULL DEFAULT 0,
    last_error     text NOT NULL DEFAULT '',
    due_at         timestamptz NOT NULL DEFAULT now(),
    delivered_at   timestamptz,
    -- The same fact announced twice is one message.
    UNIQUE (topic, message_key)
);

CREATE INDEX outbox_pending ON omnicloud.outbox (topic, group_key, message_id) WHERE delivered_at IS NULL;

CREATE TABLE omnicloud.idempotency_keys (
    idempotency_key  text COLLATE "C" PRIMARY KEY,
    actor            text NOT NULL,
    route            text NOT NULL,
    request_hash     text NOT NULL,
    status           text NOT NULL CHECK (status IN ('in_flight', 'done')),
    -- Counts takeovers: whoever was taken over can no longer finish.
    claim            int NOT NULL DEFAULT 1,
    claimed_at       timestamptz NOT NULL DEFAULT now(),
    response_status  int,
    response_headers jsonb,
    response_body    bytea,
    created_at       timestamptz NOT NULL DEFAULT now(),
    expires_at       timestamptz NOT NULL,
    CHECK ((status = 'done') = (response_status IS NOT NULL))
);

CREATE INDEX idempotency_keys_expiry ON omnicloud.idempotency_keys (expires_at);

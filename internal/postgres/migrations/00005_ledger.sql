-- Results as double-entry transactions that sum to zero, and the chain of those that an approval
-- sealed.

-- +goose Up
CREATE TABLE omnicloud.ledger_transactions (
    tx_id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book          text COLLATE "C" NOT NULL,
    period        text COLLATE "C" NOT NULL,
    attempt       int NOT NULL,
    stage         int NOT NULL,
    pool          text COLLATE "C" NOT NULL,
    currency      text COLLATE "C" NOT NULL,
    amount        numeric NOT NULL,
    -- How many entries there are, the pool's own balancing entry not counted.
    entries       bigint NOT NULL,
    content_hash  text NOT NULL,
    sealed        boolean NOT NULL DEFAULT false,
    revision      int,
    chain_index   bigint,
    previous_hash text,
    chain_hash    text,
    sealed_at     timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (book, period, attempt, stage, pool, currency),
    CHECK (sealed = (revision IS NOT NULL AND chain_index IS NOT NULL AND previous_hash IS NOT NULL
        AND chain_hash IS NOT NULL AND sealed_at IS NOT NULL))
);

CREATE UNIQUE INDEX ledger_transactions_chain ON omnicloud.ledger_transactions (book, chain_index)
    WHERE sealed;

-- The debits of tenants and reserved accounts (@...), and one credit of the pool (pool:...) that
-- balances them. There is no foreign key: it would be checked row by row; the triggers below check
-- whole statements instead.
CREATE TABLE omnicloud.ledger_entries (
    tx_id     bigint NOT NULL,
    account   text COLLATE "C" NOT NULL CHECK (account <> ''),
    amount    numeric NOT NULL,
    -- Tenant ids hold neither @ nor a colon, so that no account is taken for a tenant.
    tenant_id text COLLATE "C" GENERATED ALWAYS AS
        (CASE WHEN left(account, 1) <> '@' AND strpos(account, ':') = 0 THEN account END) STORED,
    -- The only index: a tenant's cells are found through the few transactions of a period, and a
    -- second index would double the time that storing a result takes.
    PRIMARY KEY (tx_id, account)
);

-- The head of each book's chain. Sealing locks it, so that the chain grows by one at a time, and a
-- dropped tail shows as a head that no transaction has.
CREATE TABLE omnicloud.ledger_heads (
    book         text COLLATE "C" PRIMARY KEY REFERENCES omnicloud.books,
    transactions bigint NOT NULL DEFAULT 0,
    hash         text NOT NULL DEFAULT ''
);

-- +goose StatementBegin
CREATE FUNCTION omnicloud.add_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT a.tx_id INTO wrong
    FROM (SELECT DISTINCT tx_id FROM added) a
    LEFT JOIN omnicloud.ledger_transactions t USING (tx_id)
    WHERE t.sealed IS DISTINCT FROM false
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % is sealed or missing and takes no entries', wrong
            USING ERRCODE = 'OC001';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- Runs once per sealed transaction, on its own row: a constraint trigger on the entries would run
-- once per entry and sum all of them each time.
-- +goose StatementBegin
CREATE FUNCTION omnicloud.seal_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    total    numeric;
    balance  numeric;
    counted  bigint;
BEGIN
    IF OLD.sealed OR NOT NEW.sealed THEN
        RAISE EXCEPTION 'ledger transaction % is never changed, only sealed once', OLD.tx_id
            USING ERRCODE = 'OC001';
    END IF;
    IF (NEW.tx_id, NEW.book, NEW.period, NEW.attempt, NEW.stage, NEW.pool, NEW.currency, NEW.amount,
        NEW.entries, NEW.content_hash, NEW.created_at)
       IS DISTINCT FROM
       (OLD.tx_id, OLD.book, OLD.period, OLD.attempt, OLD.stage, OLD.pool, OLD.currency, OLD.amount,
        OLD.entries, OLD.content_hash, OLD.created_at)
    THEN
        RAISE EXCEPTION 'sealing changes nothing else of ledger transaction %', OLD.tx_id
            USING ERRCODE = 'OC001';
    END IF;
    SELECT coalesce(sum(amount), 0), count(*), coalesce(sum(amount) FILTER (WHERE account = 'pool:' || NEW.pool), 0)
    INTO total, counted, balance
    FROM omnicloud.ledger_entries WHERE tx_id = NEW.tx_id;
    IF total <> 0 OR balance <> -NEW.amount OR counted <> NEW.entries + 1 THEN
        RAISE EXCEPTION 'ledger transaction % of pool % does not balance: % entries of %, sum %, credit % of %',
            NEW.tx_id, NEW.pool, counted, NEW.entries + 1, total, balance, -NEW.amount
            USING ERRCODE = 'OC002';
    END IF;
    RETURN NEW;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER ledger_entries_never_change BEFORE UPDATE OR DELETE OR TRUNCATE ON omnicloud.ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
CREATE TRIGGER ledger_entries_open_only AFTER INSERT ON omnicloud.ledger_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.add_entries();
CREATE TRIGGER ledger_transactions_only_grow BEFORE DELETE OR TRUNCATE ON omnicloud.ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION omnicloud.refuse_change();
CREATE TRIGGER ledger_transactions_seal BEFORE UPDATE ON omnicloud.ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION omnicloud.seal_transaction();

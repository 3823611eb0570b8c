package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/idempotency"
)

// Idempotency is the idempotency.Store in PostgreSQL. It is safe for concurrent use.
type Idempotency struct{ db DB }

var _ idempotency.Store = (*Idempotency)(nil)

// NewIdempotency returns the store on a pool.
func NewIdempotency(db DB) *Idempotency { return &Idempotency{db: db} }

// Begin claims a request or returns its answer, as the port says. Of many at once one gets the claim.
func (i *Idempotency) Begin(ctx context.Context, request idempotency.Request) (idempotency.Claim, *idempotency.Response, error) {
	claim := idempotency.Claim{Key: request.Key}
	// The update takes over what has expired, or what the same request left behind in a process that
	// died; anything else there is makes the statement return no row.
	err := i.db.QueryRow(ctx, `INSERT INTO idempotency_keys AS k (idempotency_key, actor, route, request_hash, status, expires_at)
		VALUES ($1, $2, $3, $4, 'in_flight', now() + $5)
		ON CONFLICT (idempotency_key) DO UPDATE SET actor = $2, route = $3, request_hash = $4,
			status = 'in_flight', claim = k.claim + 1, claimed_at = now(), expires_at = now() + $5,
			response_status = NULL, response_headers = NULL, response_body = NULL
		WHERE k.expires_at <= now() OR (k.status = 'in_flight' AND k.claimed_at <= now() - $6::interval
			AND (k.actor, k.route, k.request_hash) = ($2, $3, $4))
		RETURNING claim`,
		request.Key, request.Actor, request.Route, request.Hash, idempotency.KeptFor, idempotency.TakeoverAfter).Scan(&claim.Number)
	if noRow(err) {
		replay, err := i.earlier(ctx, request)
		return idempotency.Claim{}, replay, explain(err, "looking up idempotency key %q", request.Key)
	}
	if err != nil {
		return idempotency.Claim{}, nil, explain(err, "claiming idempotency key %q", request.Key)
	}
	return claim, nil, nil
}

// earlier reads what an earlier request under the key came to: its answer, or the error that the
// port names.
func (i *Idempotency) earlier(ctx context.Context, request idempotency.Request) (*idempotency.Response, error) {
	var same, done bool
	var claimedAt time.Time
	var status *int
	var headers []byte
	response := &idempotency.Response{}
	err := i.db.QueryRow(ctx, `SELECT (actor, route, request_hash) = ($2, $3, $4), status = 'done', claimed_at,
			response_status, response_headers, response_body
		FROM idempotency_keys WHERE idempotency_key = $1`, request.Key, request.Actor, request.Route, request.Hash).
		Scan(&same, &done, scannedInstant{&claimedAt}, &status, &headers, &response.Body)
	switch {
	case noRow(err):
		// It was abandoned between the two statements: the caller's next try claims it.
		return nil, inFlight(request.Key, time.Second)
	case err != nil:
		return nil, err
	case !same:
		return nil, fault.New(fault.IdempotencyMismatch, "idempotency key %q was used for another request; use a new key", request.Key)
	case !done:
		return nil, inFlight(request.Key, time.Second)
	}
	response.Status = *status
	if err := json.Unmarshal(headers, &response.Headers); err != nil {
		return nil, fmt.Errorf("reading the headers of an answer: %w", err)
	}
	return response, nil
}

func inFlight(key string, again time.Duration) error {
	err := fault.New(fault.InFlight, "the first request under idempotency key %q is still being worked on; ask again shortly", key)
	err.RetryAfter = again
	return err
}

// Extend implements idempotency.Store.
func (i *Idempotency) Extend(ctx context.Context, claim idempotency.Claim) error {
	tag, err := i.db.Exec(ctx, `UPDATE idempotency_keys SET claimed_at = now()
		WHERE idempotency_key = $1 AND claim = $2 AND status = 'in_flight'`, claim.Key, claim.Number)
	if err == nil && tag.RowsAffected() == 0 {
		return takenOver(claim)
	}
	return explain(err, "extending the claim on idempotency key %q", claim.Key)
}

func takenOver(claim idempotency.Claim) error {
	return fault.New(fault.Conflict, "the request under idempotency key %q was taken over by another process", claim.Key)
}

// Finish keeps the answer of a claimed request. With each answer it removes some that have expired, so
// that the table stays as large as a week of requests without anybody having to sweep it.
func (i *Idempotency) Finish(ctx context.Context, claim idempotency.Claim, response idempotency.Response) error {
	headers, err := json.Marshal(response.Headers)
	if err != nil {
		return fmt.Errorf("encoding the headers of an answer: %w", err)
	}
	tag, err := i.db.Exec(ctx, `WITH expired AS (
			SELECT idempotency_key FROM idempotency_keys WHERE expires_at <= now() AND idempotency_key <> $1
			LIMIT 20 FOR UPDATE SKIP LOCKED),
		removed AS (DELETE FROM idempotency_keys USING expired WHERE idempotency_keys.idempotency_key = expired.idempotency_key)
		UPDATE idempotency_keys SET status = 'done', response_status = $3,
			response_headers = $4, response_body = $5
		WHERE idempotency_key = $1 AND claim = $2 AND status = 'in_flight'`,
		claim.Key, claim.Number, response.Status, headers, response.Body)
	if err == nil && tag.RowsAffected() == 0 {
		return takenOver(claim)
	}
	return explain(err, "keeping the answer under idempotency key %q", claim.Key)
}

// Abandon frees the key of a request that came to nothing. The number of the claim keeps a process
// that was taken over from freeing the key of the one that took over.
func (i *Idempotency) Abandon(ctx context.Context, claim idempotency.Claim) error {
	_, err := i.db.Exec(ctx, `DELETE FROM idempotency_keys
		WHERE idempotency_key = $1 AND claim = $2 AND status = 'in_flight'`, claim.Key, claim.Number)
	return explain(err, "freeing idempotency key %q", claim.Key)
}

// Package idempotency lets a caller repeat a request safely: the same key with the same request
// gives the same answer, however often and through whichever process it comes.
package idempotency

import (
	"context"
	"time"
)

const (
	// TakeoverAfter is how long a claim holds unless it is extended. A request that was begun, and whose
	// claim is older, belongs to a process that died, and a repetition takes it over.
	TakeoverAfter = 2 * time.Minute
	// ExtendEvery is how often who works on a request extends its claim, so that a claim outlives
	// several extensions that fail.
	ExtendEvery = TakeoverAfter / 6
	// KeptFor is how long an answer is repeated; after that the key is free again.
	KeptFor = 7 * 24 * time.Hour
)

// Request is what a key stands for. A key is the caller's choice and is valid for one request alone:
// another actor, route or body under the same key is a mistake, not a new request.
type Request struct {
	Key   string
	Actor string
	// Route is the method and path, such as "POST /v1/imports".
	Route string
	// Hash is the SHA-256 of the body, in hexadecimal.
	Hash string
}

// Response is an answer that can be repeated.
type Response struct {
	Status  int
	Headers map[string]string
	Body    []byte
}

// Claim is the right to answer a request. It is lost when another process takes the request over.
type Claim struct {
	Key    string
	Number int
}

// Store keeps requests and their answers.
type Store interface {
	// Begin claims a request. It returns either a claim, and the caller must do the work and then
	// Finish or Abandon it, or the answer that was given before. A known key with another actor,
	// route or hash is an IdempotencyMismatch error, one that is still being worked on an InFlight
	// error that says when to ask again.
	Begin(ctx context.Context, request Request) (claim Claim, replay *Response, err error)
	// Extend lets a claim hold for another TakeoverAfter. It is a Conflict error when the claim was lost,
	// and whoever held it must stop.
	Extend(ctx context.Context, claim Claim) error
	// Finish keeps the answer. It is a Conflict error when the claim was lost.
	Finish(ctx context.Context, claim Claim, response Response) error
	// Abandon frees the key after a failure that the caller may try again, such as a dependency that
	// did not answer. A claim that was lost is left alone.
	Abandon(ctx context.Context, claim Claim) error
}

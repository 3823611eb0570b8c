// Package api is the REST interface of the operations engine. openapi.yaml is written first: the
// request and response types and the routes are generated from it, requests are validated against
// it, and it says which roles may call an operation.
//
// A request passes one middleware after the other, a file each: recovery, correlation id, tracing,
// log, security headers, authentication, rate limit, authorization, time limit, body limit,
// idempotency, validation. The handler behind them reads and writes through the ports in
// Dependencies and returns errors with the codes of domain/fault, which leave as problem documents.
package api

//go:generate ../bin/oapi-codegen -config oapi-codegen.yaml openapi.yaml

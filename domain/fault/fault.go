// Package fault gives every error that a caller may act on a stable code, one clear sentence and,
// for bad input, the fields at fault. Adapters map codes to their own worlds: HTTP statuses, exit
// codes, Temporal application errors.
package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Code names a class of error. Codes are part of the public surface: they appear in problem
// documents and never change their meaning.
type Code string

// The codes that the product uses.
const (
	// InvalidInput is a value that breaks a stated rule.
	InvalidInput Code = "invalid_input"
	// Unauthenticated is a missing, malformed or expired credential.
	Unauthenticated Code = "unauthenticated"
	// Forbidden is a known caller without the role or independence that the action needs.
	Forbidden Code = "forbidden"
	// NotFound is a thing that does not exist, or that the caller may not know of.
	NotFound Code = "not_found"
	// Conflict is a request that the present state does not permit.
	Conflict Code = "conflict"
	// Gone is a request whose time has passed, such as a decision after its deadline.
	Gone Code = "gone"
	// PreconditionFailed is a request bound to a version or hash that is no longer the current one.
	PreconditionFailed Code = "precondition_failed"
	// PreconditionRequired is a request that must name the version or hash it is bound to.
	PreconditionRequired Code = "precondition_required"
	// IdempotencyMismatch is a known idempotency key with another body or another actor.
	IdempotencyMismatch Code = "idempotency_mismatch"
	// InFlight is a repeated request whose first copy is still being worked on.
	InFlight Code = "in_flight"
	// TooLarge is a body or file beyond its limit.
	TooLarge Code = "too_large"
	// RateLimited is a caller beyond its allowance.
	RateLimited Code = "rate_limited"
	// NotBalanced is money that does not add up: control totals, conservation, a ledger transaction.
	NotBalanced Code = "not_balanced"
	// Tampered is stored data that no longer matches its hash.
	Tampered Code = "tampered"
	// Unavailable is a dependency that does not answer; trying again later can help.
	Unavailable Code = "unavailable"
	// Upstream is a dependency that answered with something unusable; trying again does not help.
	Upstream Code = "upstream_error"
	// Internal is a defect of this program.
	Internal Code = "internal"
)

// Field is one input value at fault. Pointer is an RFC 6901 JSON pointer into the request body,
// or "file:line:column" for files.
type Field struct {
	Pointer string `json:"pointer"`
	Message string `json:"message"`
}

// Error is an error with a code. Message is one sentence that says what is wrong, where, and what
// to do; it is safe to show to the caller. Cause holds what lies beneath and is for logs only.
type Error struct {
	Code       Code
	Message    string
	Fields     []Field
	Retryable  bool
	RetryAfter time.Duration
	Cause      error
}

// Error returns the sentence, followed by the cause where there is one.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Message
	}
	return e.Message + ": " + e.Cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error of a code; retryable only for Unavailable, InFlight and RateLimited.
func New(code Code, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...), Retryable: retryable(code)}
}

// Wrap makes an error of a code around a cause.
func Wrap(cause error, code Code, format string, arguments ...any) *Error {
	e := New(code, format, arguments...)
	e.Cause = cause
	return e
}

// Invalid makes an InvalidInput error about one field.
func Invalid(pointer, format string, arguments ...any) *Error {
	message := fmt.Sprintf(format, arguments...)
	return &Error{Code: InvalidInput, Message: message, Fields: []Field{{Pointer: pointer, Message: message}}}
}

// Reword returns err with its texts put in other words, such as without what nobody should read. Its code
// and when to try again stay; what lies beneath becomes text. Nil and cancellations pass through.
func Reword(err error, reword func(text string) string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var coded *Error
	if !errors.As(err, &coded) {
		return errors.New(reword(err.Error()))
	}
	said := *coded
	said.Message, said.Fields, said.Cause = reword(coded.Message), nil, nil
	for _, field := range coded.Fields {
		said.Fields = append(said.Fields, Field{Pointer: field.Pointer, Message: reword(field.Message)})
	}
	if whole := err.Error(); whole != coded.Message {
		said.Cause = errors.New(reword(whole))
	}
	return &said
}

// WithoutCause returns err without what lies beneath its sentence. Nil, cancellations and errors without a
// code pass through.
func WithoutCause(err error) error {
	var coded *Error
	if err == nil || errors.Is(err, context.Canceled) || !errors.As(err, &coded) {
		return err
	}
	said := *coded
	said.Cause = nil
	return &said
}

// CodeOf returns the code of the outermost Error in err's chain, or Internal where there is none.
// It returns the empty code for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var coded *Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

func retryable(code Code) bool {
	return code == Unavailable || code == InFlight || code == RateLimited
}

package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// retryable says for each fault code whether Temporal tries the activity again. A code that is not
// listed is tried again too: an error without a code is a lost connection far more often than a
// defect, and a close that waits can be mended where one that failed has to be started anew.
var retryable = map[fault.Code]bool{
	fault.InvalidInput:         false,
	fault.Unauthenticated:      false,
	fault.Forbidden:            false,
	fault.NotFound:             false,
	fault.Conflict:             false,
	fault.Gone:                 false,
	fault.PreconditionFailed:   false,
	fault.PreconditionRequired: false,
	fault.IdempotencyMismatch:  false,
	fault.InFlight:             true,
	fault.TooLarge:             false,
	fault.RateLimited:          true,
	fault.NotBalanced:          false,
	fault.Tampered:             false,
	fault.Unavailable:          true,
	fault.Upstream:             false,
	fault.Internal:             true,
}

// ApplicationError turns an error into the Temporal application error that the retry policies
// understand: its type is the fault code, it is final where a repetition cannot help, and a callee
// that said when to come back is believed. Nil, cancellations and application errors pass through.
func ApplicationError(err error) error {
	if err == nil {
		return nil
	}
	var already *temporal.ApplicationError
	if errors.As(err, &already) || temporal.IsCanceledError(err) || errors.Is(err, context.Canceled) {
		return err
	}
	code := fault.CodeOf(err)
	again, listed := retryable[code]
	options := temporal.ApplicationErrorOptions{NonRetryable: listed && !again, Cause: err}
	var coded *fault.Error
	if errors.As(err, &coded) {
		options.Cause = coded.Cause // the sentence itself is the message already
		options.NextRetryDelay = coded.RetryAfter
		options.Details = []any{Details{Message: coded.Message, Fields: coded.Fields}}
		return temporal.NewApplicationErrorWithOptions(coded.Message, string(code), options)
	}
	return temporal.NewApplicationErrorWithOptions(err.Error(), string(code), options)
}

// Details is what an application error carries beside its type, so that FaultOf can give back the
// sentence without what Temporal wraps around it.
type Details struct {
	Message string        `json:"message"`
	Fields  []fault.Field `json:"fields,omitempty"`
}

// FaultOf turns an error that came through Temporal back into the fault that it was made from. It
// returns an Unavailable fault for a timeout and an Internal one where there is no application
// error; nil for nil.
func FaultOf(err error) *fault.Error {
	if err == nil {
		return nil
	}
	var coded *fault.Error
	if errors.As(err, &coded) {
		return coded
	}
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return faultOfApplication(application)
	}
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return fault.Wrap(err, fault.Unavailable, "a step did not finish in the time it is given (%s)", timeout.TimeoutType())
	}
	return fault.Wrap(err, fault.Internal, "the workflow failed")
}

func faultOfApplication(application *temporal.ApplicationError) *fault.Error {
	code := fault.Code(application.Type())
	if _, known := retryable[code]; !known {
		code = fault.Internal
	}
	found := fault.New(code, "%s", application.Message())
	var details Details
	if application.HasDetails() && application.Details(&details) == nil && details.Message != "" {
		found.Message, found.Fields = details.Message, details.Fields
	}
	found.RetryAfter = application.NextRetryDelay()
	return found
}

package api

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Codes of problems that only HTTP knows.
const (
	codeMethodNotAllowed     fault.Code = "method_not_allowed"
	codeUnsupportedMediaType fault.Code = "unsupported_media_type"
	// codeShortHistory is a request in order for which there is not enough usage yet.
	codeShortHistory fault.Code = "short_history"
)

// parameterPrefix marks a fault.Field that names a parameter instead of a place in the body.
const parameterPrefix = "parameter:"

type problemClass struct {
	status int
	title  string
}

// problemClasses gives every code its status and its title, which stay the same for every problem
// of the code.
var problemClasses = map[fault.Code]problemClass{
	fault.InvalidInput:         {http.StatusBadRequest, "The input breaks a rule"},
	fault.Unauthenticated:      {http.StatusUnauthorized, "The credential is missing or not valid"},
	fault.Forbidden:            {http.StatusForbidden, "The caller may not do this"},
	fault.NotFound:             {http.StatusNotFound, "There is no such thing"},
	codeMethodNotAllowed:       {http.StatusMethodNotAllowed, "The method does not fit the resource"},
	fault.Conflict:             {http.StatusConflict, "The present state does not permit this"},
	fault.Gone:                 {http.StatusGone, "The time for this has passed"},
	fault.PreconditionFailed:   {http.StatusPreconditionFailed, "The request is about another version"},
	fault.PreconditionRequired: {http.StatusPreconditionRequired, "The request must name its version"},
	fault.IdempotencyMismatch:  {http.StatusUnprocessableEntity, "The idempotency key belongs to another request"},
	codeShortHistory:           {http.StatusUnprocessableEntity, "There is too little history"},
	fault.InFlight:             {http.StatusConflict, "The first copy of the request is being worked on"},
	fault.TooLarge:             {http.StatusRequestEntityTooLarge, "The body is too large"},
	codeUnsupportedMediaType:   {http.StatusUnsupportedMediaType, "The content type is not taken"},
	fault.RateLimited:          {http.StatusTooManyRequests, "Too many requests"},
	fault.NotBalanced:          {http.StatusUnprocessableEntity, "The money does not add up"},
	fault.Tampered:             {http.StatusInternalServerError, "Stored data does not match its hash"},
	fault.Unavailable:          {http.StatusServiceUnavailable, "A dependency does not answer"},
	fault.Upstream:             {http.StatusBadGateway, "A dependency gave an unusable answer"},
	fault.Internal:             {http.StatusInternalServerError, "An internal error"},
}

// problemOf renders an error as a problem document and says after how long a retry may help, zero
// where nobody knows. The cause of an error never leaves the program; an error without a code tells
// the caller nothing but where to look it up.
func problemOf(err error, instance, correlationID string) (Problem, time.Duration) {
	var coded *fault.Error
	if !errors.As(err, &coded) {
		coded = fault.New(fault.Internal, "the request failed for a reason that only the log holds; look for correlation id %s there", correlationID)
	}
	class, known := problemClasses[coded.Code]
	if !known {
		class = problemClasses[fault.Internal]
	}
	problem := Problem{
		Type:          "urn:omnicloud:problem:" + string(coded.Code),
		Title:         class.title,
		Status:        class.status,
		Detail:        sentence(coded),
		Instance:      instance,
		Code:          ProblemCode(coded.Code),
		CorrelationID: correlationID,
		Retryable:     coded.Retryable,
	}
	for _, field := range fieldsOf(coded) {
		problem.Errors = append(problem.Errors, problemField(field))
	}
	return problem, coded.RetryAfter
}

// sentence joins the messages of a chain of coded errors: each adds what the one below it means
// here. Causes without a code stay inside.
func sentence(coded *fault.Error) string {
	messages := []string{coded.Message}
	for cause := coded.Cause; cause != nil; {
		var below *fault.Error
		if !errors.As(cause, &below) {
			break
		}
		if below.Code == coded.Code {
			messages = append(messages, below.Message)
		}
		cause = below.Cause
	}
	return strings.Join(messages, ": ")
}

// sentenceOf returns what an error says to callers.
func sentenceOf(err error) string {
	var coded *fault.Error
	if errors.As(err, &coded) {
		return sentence(coded)
	}
	return err.Error()
}

// fieldsOf returns the fields of the outermost error in the chain that names any.
func fieldsOf(coded *fault.Error) []fault.Field {
	for coded != nil && len(coded.Fields) == 0 {
		var below *fault.Error
		if !errors.As(coded.Cause, &below) {
			return nil
		}
		coded = below
	}
	return coded.Fields
}

func problemField(field fault.Field) ProblemField {
	switch parameter, isParameter := strings.CutPrefix(field.Pointer, parameterPrefix); {
	case isParameter:
		return ProblemField{Parameter: parameter, Detail: field.Message}
	case field.Pointer == "" || strings.HasPrefix(field.Pointer, "/"):
		return ProblemField{Pointer: &field.Pointer, Detail: field.Message}
	default:
		return ProblemField{Location: field.Pointer, Detail: field.Message}
	}
}

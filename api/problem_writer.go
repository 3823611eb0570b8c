package api

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

const problemContentType = "application/problem+json"

// fail answers with a problem document and ends the chain. The error is kept with the request, for
// the one place that logs it. Where an answer has already begun, the connection is broken off, so
// that the caller does not take half an answer for a whole one.
func fail(c *gin.Context, err error) {
	_ = c.Error(err)
	c.Abort()
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	problem, retryAfter := problemOf(codedByHTTP(c, err), c.Request.URL.Path, correlation.ID(c.Request.Context()))
	encoded, encodeErr := json.Marshal(problem)
	if encodeErr != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	if retryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(retryAfter.Seconds()))))
	}
	if problem.Status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", `Bearer realm="omnicloud"`)
	}
	c.Header("Cache-Control", "no-store")
	c.Data(problem.Status, problemContentType, encoded)
}

// codedByHTTP gives errors of the HTTP layer their codes: a body beyond its limit, a request that
// ran out of time, a body that is no JSON.
func codedByHTTP(c *gin.Context, err error) error {
	var tooLarge *http.MaxBytesError
	var coded *fault.Error
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &tooLarge):
		return fault.Wrap(err, fault.TooLarge, "the body is larger than %d bytes", tooLarge.Limit)
	case errors.As(err, &coded):
		return err
	case errors.Is(err, context.DeadlineExceeded) && errors.Is(c.Request.Context().Err(), context.DeadlineExceeded):
		timedOut := fault.Wrap(err, fault.Unavailable, "the request took longer than this server allows; try again")
		timedOut.RetryAfter = time.Second
		return timedOut
	case errors.As(err, &syntax):
		return fault.Wrap(err, fault.InvalidInput, "the body is no valid JSON: %s", syntax.Error())
	default:
		return err
	}
}

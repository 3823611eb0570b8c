package serviceclient

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter caps what a service may ask for, so that one wrong header cannot park a close for days.
const maxRetryAfter = time.Hour

// retryAfter reads the Retry-After header (RFC 9110, section 10.2.3): seconds or a date. A date is
// measured against the answer's own Date where it has one, so that skewed clocks do no harm. It
// returns zero where the header is absent, unreadable or in the past.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	var delay time.Duration
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		delay = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			now = date
		}
		delay = at.Sub(now)
	}
	return min(max(delay, 0), maxRetryAfter)
}

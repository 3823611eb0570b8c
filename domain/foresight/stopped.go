package foresight

import (
	"errors"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// StoppedAfter is for how long nothing may have been measured of a series that is forecast.
const StoppedAfter = 7 * 24 * time.Hour

// StoppedError is a series of which nothing was measured for longer than StoppedAfter.
type StoppedError struct {
	Metric forecast.ResourceMetric
	// Last is the last hour that is known.
	Last time.Time
}

// Error says since when nothing is known.
func (e *StoppedError) Error() string {
	return fmt.Sprintf("nothing was measured of %s since %s; what is to come can be told from usage up to %d days old",
		e.Metric, e.Last.UTC().Format(time.RFC3339), int(StoppedAfter.Hours()/24))
}

// Unwrap gives the error its code.
func (e *StoppedError) Unwrap() error { return fault.New(fault.InvalidInput, "%s", e.Error()) }

// checkGoesOn returns a *StoppedError for a series whose last hour is too old.
func checkGoesOn(metric forecast.ResourceMetric, last, now time.Time) error {
	if now.Sub(last) > StoppedAfter {
		return &StoppedError{metric, last}
	}
	return nil
}

// IsShort reports whether an error is about usage that is too little or too old to forecast from, and what it
// says.
func IsShort(err error) (string, bool) {
	var short *forecast.ShortSeriesError
	if errors.As(err, &short) {
		return short.Error(), true
	}
	var stopped *StoppedError
	if errors.As(err, &stopped) {
		return stopped.Error(), true
	}
	return "", false
}

package sandbox

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Fault is a misbehaviour of one or several routes, for as long as it is switched on. Faults are
// kept in memory: a restart heals everything.
//
// Latency holds up every request. Of the requests, ErrorRate then fail (all, where it is not given
// and the fault says how), evenly spaced and not by chance, so that a run can be repeated: 0.25
// fails the fourth, eighth, … request. How they fail is the first that is set of Hang, Truncated,
// Malformed, WrongSchema, and else Status.
type Fault struct {
	// Route is a method and path as served ("GET /billing/v1/charges"); one that ends in * stands
	// for all that begin so, and "*" for all. The longest that fits decides.
	Route     string   `json:"route"`
	LatencyMS int      `json:"latency_ms,omitempty"`
	ErrorRate *float64 `json:"error_rate,omitempty"`
	// Status is 400 to 599; 503 by default, 429 beside RetryAfterS.
	Status      int `json:"status,omitempty"`
	RetryAfterS int `json:"retry_after_s,omitempty"`
	// Hang sends nothing until the client gives up.
	Hang bool `json:"hang,omitempty"`
	// Truncated breaks the connection off in the middle of the answer.
	Truncated bool `json:"truncated,omitempty"`
	// Malformed answers 200 with a page of HTML where JSON belongs.
	Malformed bool `json:"malformed,omitempty"`
	// WrongSchema answers 200 with JSON of another shape.
	WrongSchema bool `json:"wrong_schema,omitempty"`
	// AfterEffect lets the request take effect before it fails: a write whose answer was lost.
	AfterEffect bool `json:"after_effect,omitempty"`
	// Times ends the failing after so many failures; zero means never.
	Times int `json:"times,omitempty"`
}

// maxLatencyMS and maxRetryAfterS keep a slip of the finger from blocking a demonstration for hours.
const (
	maxLatencyMS   = 600_000
	maxRetryAfterS = 3600
)

// validate returns an InvalidInput error for a fault that is out of bounds, or that does nothing and
// so would look like a service that withstands it.
func (f Fault) validate() error {
	switch {
	case f.LatencyMS < 0 || f.LatencyMS > maxLatencyMS:
		return fault.Invalid("/latency_ms", "latency_ms %d is not within 0 to %d", f.LatencyMS, maxLatencyMS)
	case f.ErrorRate != nil && (math.IsNaN(*f.ErrorRate) || *f.ErrorRate < 0 || *f.ErrorRate > 1):
		return fault.Invalid("/error_rate", "error_rate %v is not within 0 to 1", *f.ErrorRate)
	case f.Status != 0 && (f.Status < 400 || f.Status > 599):
		return fault.Invalid("/status", "status %d is not within 400 to 599", f.Status)
	case f.RetryAfterS < 0 || f.RetryAfterS > maxRetryAfterS:
		return fault.Invalid("/retry_after_s", "retry_after_s %d is not within 0 to %d", f.RetryAfterS, maxRetryAfterS)
	case f.Times < 0:
		return fault.Invalid("/times", "times %d is negative", f.Times)
	case f.LatencyMS == 0 && !f.fails():
		return fault.Invalid("", "the fault does nothing; give latency_ms, error_rate, status, retry_after_s, hang, truncated, malformed or wrong_schema")
	}
	return nil
}

// fails reports whether the fault does more than hold requests up.
func (f Fault) fails() bool {
	return f.ErrorRate != nil || f.Status != 0 || f.RetryAfterS != 0 ||
		f.Hang || f.Truncated || f.Malformed || f.WrongSchema
}

// status is what a failing request is answered with, where nothing worse is asked for.
func (f Fault) status() int {
	switch {
	case f.Status != 0:
		return f.Status
	case f.RetryAfterS != 0:
		return 429
	default:
		return 503
	}
}

// fits reports whether the fault's route covers a route as served.
func (f Fault) fits(route string) bool {
	prefix, open := strings.CutSuffix(f.Route, "*")
	return f.Route == route || open && strings.HasPrefix(route, prefix)
}

// due reports whether the n-th request, counted from 1, fails. The rate counts in thousandths,
// because a sum of binary fractions would not be evenly spaced.
func (f Fault) due(n int64) bool {
	if !f.fails() {
		return false
	}
	rate := int64(1000)
	if f.ErrorRate != nil {
		rate = int64(math.Round(*f.ErrorRate * 1000))
	}
	return n*rate/1000 > (n-1)*rate/1000
}

// activeFault is a fault with what it has done so far. Requests counts those that it covered, and is
// what makes the failing evenly spaced; Failures is what Times limits.
type activeFault struct {
	Fault
	Requests int64 `json:"requests"`
	Failures int64 `json:"failures"`
}

// faults are the faults that are switched on, in the order of their routes.
type faults struct {
	mutex  sync.Mutex
	active []*activeFault
}

func newFaults() *faults { return &faults{} }

// put switches a fault on, in place of one for the same route.
func (f *faults) put(added Fault) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.active = slices.DeleteFunc(f.active, func(a *activeFault) bool { return a.Route == added.Route })
	f.active = append(f.active, &activeFault{Fault: added})
	slices.SortFunc(f.active, func(a, b *activeFault) int { return strings.Compare(a.Route, b.Route) })
}

// remove switches the fault of a route off, or all of them for an empty route.
func (f *faults) remove(route string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	before := len(f.active)
	f.active = slices.DeleteFunc(f.active, func(a *activeFault) bool { return route == "" || a.Route == route })
	if route != "" && len(f.active) == before {
		return fault.New(fault.NotFound, "no fault is switched on for %.100q; GET /sandbox/v1/faults lists them", route)
	}
	return nil
}

func (f *faults) list() []activeFault {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	list := make([]activeFault, 0, len(f.active))
	for _, a := range f.active {
		list = append(list, *a)
	}
	return list
}

// strike counts a request to a route and returns the fault that covers it, if any, and whether this
// request is to fail.
func (f *faults) strike(route string) (covering Fault, found, fails bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var longest *activeFault
	for _, a := range f.active {
		if a.fits(route) && (longest == nil || len(a.Route) > len(longest.Route)) {
			longest = a
		}
	}
	if longest == nil {
		return Fault{}, false, false
	}
	longest.Requests++
	fails = longest.due(longest.Requests) && (longest.Times == 0 || longest.Failures < int64(longest.Times))
	if fails {
		longest.Failures++
	}
	return longest.Fault, true, fails
}

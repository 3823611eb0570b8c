package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Series is one series of an answer, in order of time. Points that the server has not are left out.
type Series struct {
	Labels map[string]string
	Points []Point
}

// Point is a value at an instant; the value may be NaN or infinite where the server says so.
type Point struct {
	At    time.Time
	Value float64
}

// Range is what a query gave over a span of time.
type Range struct {
	// Series are in order of their labels.
	Series []Series
	// Warnings are the server's, each once: the data may be partial.
	Warnings []string
}

// QueryRange evaluates a query at start and every step after it, up to end (included where a step falls
// on it). The span is asked for in parts that the server permits; a part that it finds too much is
// halved. Errors are InvalidInput for a query that the server refuses, Unauthenticated, Forbidden,
// Unavailable where trying again can help, and Upstream.
func (c *Client) QueryRange(ctx context.Context, query string, start, end time.Time, step time.Duration) (Range, error) {
	if step <= 0 || step%time.Second != 0 {
		return Range{}, fault.New(fault.InvalidInput, "a step of %s is not a whole number of seconds", step)
	}
	gathered := gathering{series: map[string]*Series{}}
	size := c.options.MaxPoints
	for at := start; !at.After(end); {
		if err := ctx.Err(); err != nil {
			return Range{}, err
		}
		last := at.Add(time.Duration(size-1) * step)
		if last.After(end) {
			last = at.Add(end.Sub(at).Truncate(step))
		}
		part, err := c.ask(ctx, query, at, last, step)
		if errors.Is(err, errTooMuch) {
			if size == 1 {
				return Range{}, fault.New(fault.Upstream, "Prometheus at %s finds even one point of the query %q too much; narrow it", c.host, query)
			}
			size = max(1, min(size, int(last.Sub(at)/step)+1)/2)
			continue
		}
		if err != nil {
			return Range{}, err
		}
		gathered.add(part)
		at = last.Add(step)
	}
	return gathered.finish(), nil
}

// gathering joins the parts of a range.
type gathering struct {
	series   map[string]*Series
	warnings []string
}

func (g *gathering) add(part *answer) {
	for _, s := range part.Data.Result {
		key := labelKey(s.Metric)
		series := g.series[key]
		if series == nil {
			series = &Series{Labels: s.Metric}
			g.series[key] = series
		}
		for _, v := range s.Values {
			series.Points = append(series.Points, Point(v))
		}
	}
	for _, w := range part.Warnings {
		if w = oneLine(w); !slices.Contains(g.warnings, w) {
			g.warnings = append(g.warnings, w)
		}
	}
}

func (g *gathering) finish() Range {
	keys := make([]string, 0, len(g.series))
	for key := range g.series {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	r := Range{Warnings: g.warnings}
	for _, key := range keys {
		r.Series = append(r.Series, *g.series[key])
	}
	return r
}

// labelKey writes labels so that equal ones read alike.
func labelKey(labels map[string]string) string {
	pairs := make([]string, 0, len(labels))
	for name, value := range labels {
		pairs = append(pairs, name+"="+strconv.Quote(value))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}

// sample is a point as the API writes it: [seconds, "value"].
type sample Point

// UnmarshalJSON implements json.Unmarshaler.
func (s *sample) UnmarshalJSON(text []byte) error {
	var seconds float64
	var value string
	if err := json.Unmarshal(text, &[]any{&seconds, &value}); err != nil {
		return err
	}
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return err
	}
	if math.Abs(seconds) > 1e11 {
		return errors.New("a timestamp lies beyond all time")
	}
	s.At, s.Value = time.UnixMilli(int64(math.Round(seconds*1000))).UTC(), v
	return nil
}

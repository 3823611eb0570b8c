package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Level is how much of a metric there is from an instant on, in the metric's unit.
type Level struct {
	From  time.Time `json:"from"`
	Value float64   `json:"value"`
}

// Addition is capacity that is planned and will be there without anybody ordering it anew. A negative
// amount is capacity that goes away.
type Addition struct {
	At     time.Time `json:"at"`
	Amount float64   `json:"amount"`
	Note   string    `json:"note,omitempty"`
}

// Capacity is how much of a metric there is over time: what was measured or stated, and what is
// planned on top.
type Capacity struct {
	// Levels are in order of time; before the first its value holds.
	Levels []Level `json:"levels"`
	// Planned are additions to the level of their time, in any order; what a later level says includes them.
	Planned []Addition `json:"planned,omitempty"`
}

// Constant is a capacity that does not change.
func Constant(value float64) Capacity { return Capacity{Levels: []Level{{Value: value}}} }

// Check returns an InvalidInput error unless there is a level, levels are finite, not negative and in
// order of time, and additions are finite.
func (c Capacity) Check() error {
	if len(c.Levels) == 0 {
		return fault.Invalid("/capacity", "there is no capacity to compare with; give one level at least")
	}
	for i, level := range c.Levels {
		if !(level.Value >= 0) || math.IsInf(level.Value, 1) {
			return fault.Invalid("/capacity", "the capacity %v is not a number from 0 up", level.Value)
		}
		if i > 0 && !c.Levels[i-1].From.Before(level.From) {
			return fault.Invalid("/capacity", "the capacity from %s does not follow the one before it in time; sort the levels and give each instant once",
				level.From.UTC().Format(time.RFC3339))
		}
	}
	for _, addition := range c.Planned {
		if math.IsNaN(addition.Amount) || math.IsInf(addition.Amount, 0) {
			return fault.Invalid("/capacity", "the planned addition at %s is no finite number", addition.At.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// At returns the capacity at an instant, planned additions included, and never less than 0.
func (c Capacity) At(t time.Time) float64 {
	after, exact := slices.BinarySearchFunc(c.Levels, t, func(l Level, t time.Time) int { return l.From.Compare(t) })
	if !exact {
		after--
	}
	level := c.Levels[max(after, 0)]
	value := level.Value
	for _, addition := range c.Planned {
		if !addition.At.After(t) && addition.At.After(level.From) {
			value += addition.Amount
		}
	}
	return max(value, 0)
}

// PlannedAfter returns the additions after an instant: of a capacity that was measured until then, those that the
// measurement cannot hold yet.
func PlannedAfter(planned []Addition, until time.Time) (left []Addition) {
	for _, addition := range planned {
		if addition.At.After(until) {
			left = append(left, addition)
		}
	}
	return left
}

// DemandBounds are the bounds under which demand must be forecast to be compared with capacity: from
// zero up without an upper end. A forecast clipped at capacity would hide every shortfall.
func DemandBounds() forecast.Bounds { return forecast.Bounds{Lower: 0, Upper: math.Inf(1)} }

// Measured returns the levels of a capacity that was measured, one where it changes; none of what is no number
// from 0 up. The points are in order of time.
func Measured(points []forecast.UsageDataPoint) []Level {
	var levels []Level
	for _, p := range points {
		if !isQuantity(p.Value) {
			continue
		}
		if n := len(levels); n == 0 || levels[n-1].Value != p.Value {
			levels = append(levels, Level{From: p.Timestamp, Value: p.Value})
		}
	}
	return levels
}

package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// parseBounds reads LOW,HIGH, of which either may be empty.
func parseBounds(text string) (forecast.Bounds, error) {
	bounds := forecast.Unbounded()
	if text == "" {
		return bounds, nil
	}
	low, high, two := strings.Cut(text, ",")
	if !two {
		return bounds, usageError{fmt.Errorf("--bounds %q is not two numbers, such as 0,100", text)}
	}
	for _, side := range []struct {
		text string
		to   *float64
	}{{low, &bounds.Lower}, {high, &bounds.Upper}} {
		side.text = strings.TrimSpace(side.text)
		if side.text == "" {
			continue
		}
		value, err := strconv.ParseFloat(side.text, 64)
		if err != nil || math.IsNaN(value) {
			return bounds, usageError{fmt.Errorf("--bounds %q: %q is not a number", text, side.text)}
		}
		*side.to = value
	}
	return bounds, nil
}

// parseSpan reads a span of time in days or weeks, such as 90d or 12w, or as Go writes it, such as
// 36h.
func parseSpan(flag, text string) (time.Duration, error) {
	const day = 24 * time.Hour
	for unit, length := range map[string]time.Duration{"d": day, "w": 7 * day} {
		if number, found := strings.CutSuffix(text, unit); found {
			if count, err := strconv.Atoi(number); err == nil && count > 0 && count < 100_000 {
				return time.Duration(count) * length, nil
			}
		}
	}
	if span, err := time.ParseDuration(text); err == nil && span > 0 {
		return span, nil
	}
	return 0, usageError{fmt.Errorf("%s %q is not a span of time; write it as 90d, 12w or 36h", flag, text)}
}

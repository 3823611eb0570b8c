package model

// span is where a parameter may lie, both ends included.
type span struct{ low, high float64 }

func (s span) clip(v float64) float64 { return max(s.low, min(s.high, v)) }

// valley returns where f is least, downhill from a start: step by step until it rises again, then by
// parabolas through the three points around the least one (Brent 1973, "Algorithms for minimization
// without derivatives", section 5) until they move it by less than enough.
func valley(f func(float64) float64, start, step float64, within span, enough float64) float64 {
	type point struct{ at, value float64 }
	look := func(at float64) point {
		at = within.clip(at)
		return point{at, f(at)}
	}
	middle, right := look(start), look(start+step)
	var left point
	if right.value < middle.value {
		for right.value < middle.value && right.at < within.high {
			left, middle = middle, right
			right = look(middle.at + step)
		}
		if right.value < middle.value {
			return right.at
		}
	} else {
		for left = look(start - step); left.value < middle.value && left.at > within.low; left = look(middle.at - step) {
			right, middle = middle, left
		}
		if left.value < middle.value {
			return left.at
		}
	}
	const rounds = 4
	for range rounds {
		before, after := middle.at-left.at, right.at-middle.at
		rise, fall := right.value-middle.value, left.value-middle.value
		bend := rise*before + fall*after
		if !(bend > 0) {
			break
		}
		move := (fall*after*after - rise*before*before) / (2 * bend)
		if move < enough && move > -enough {
			return within.clip(middle.at + move)
		}
		next := look(middle.at + move)
		switch {
		case next.value > middle.value && move > 0:
			right = next
		case next.value > middle.value:
			left = next
		case move > 0:
			left, middle = middle, next
		default:
			right, middle = middle, next
		}
	}
	return middle.at
}

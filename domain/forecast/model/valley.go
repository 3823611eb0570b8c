package model

// span is where a parameter may lie, both ends included.
type span struct{ low, high float64 }

func (s span) clip(v float64) float64 { return max(s.low, min(s.high, v)) }

// depth is what an objective of one parameter is worth at a place.
type depth struct{ at, value float64 }

// bracket is three places in order.
type bracket struct{ left, middle, right depth }

// valley returns where f is least, downhill from a start: step by step until it rises again, then by
// parabolas through the three places around the least one (Brent 1973, "Algorithms for minimization
// without derivatives", section 5) until they move it by less than enough.
func valley(f func(float64) float64, start, step float64, within span, enough float64) float64 {
	look := func(at float64) depth {
		at = within.clip(at)
		return depth{at, f(at)}
	}
	b := around(look, start, step, within, enough)
	switch {
	case b.left.value < b.middle.value:
		return b.left.at
	case b.right.value < b.middle.value:
		return b.right.at
	}
	const rounds = 5
	for range rounds {
		move := b.move()
		if move < enough && move > -enough {
			return within.clip(b.middle.at + move)
		}
		b = b.with(look(b.middle.at + move))
	}
	return b.middle.at
}

// around walks downhill until f rises again. Where it falls down to an end of the span, the middle one is just
// before that end.
func around(look func(float64) depth, start, step float64, within span, enough float64) bracket {
	beforeLow, beforeHigh := within.low+enough, within.high-enough
	middle := look(max(beforeLow, min(beforeHigh, start)))
	b := bracket{look(middle.at - step), middle, look(middle.at + step)}
	for b.right.value < b.middle.value && b.middle.at < beforeHigh {
		b.left, b.middle = b.middle, b.right
		if b.middle.at >= beforeHigh {
			b.right, b.middle = b.middle, look(beforeHigh)
			return b
		}
		b.right = look(b.middle.at + step)
	}
	for b.left.value < b.middle.value && b.middle.at > beforeLow {
		b.right, b.middle = b.middle, b.left
		if b.middle.at <= beforeLow {
			b.left, b.middle = b.middle, look(beforeLow)
			return b
		}
		b.left = look(b.middle.at - step)
	}
	return b
}

// move is how far from the middle the parabola through the three is least, 0 for a flat one.
func (b bracket) move() float64 {
	before, after := b.middle.at-b.left.at, b.right.at-b.middle.at
	fall, rise := b.left.value-b.middle.value, b.right.value-b.middle.value
	if bend := rise*before + fall*after; bend > 0 {
		return (fall*after*after - rise*before*before) / (2 * bend)
	}
	return 0
}

// with narrows the three by a place between the outer ones.
func (b bracket) with(next depth) bracket {
	switch better, later := next.value <= b.middle.value, next.at > b.middle.at; {
	case better && later:
		return bracket{b.middle, next, b.right}
	case better:
		return bracket{b.left, next, b.middle}
	case later:
		return bracket{b.left, b.middle, next}
	default:
		return bracket{next, b.middle, b.right}
	}
}

package model

import "math"

// loess smooths values at even distances by local lines with tricube weights (Cleveland 1979, "Robust
// locally weighted regression and smoothing scatterplots", JASA 74), over a window of so many
// points. It computes every jump-th point and joins the others by lines. Where extra is 1, the result
// reaches one point beyond either end, as the cycles of a seasonal decomposition need: its first
// entry is then the point before the first.
func loess(values []float64, window, jump, extra int, out []float64) {
	n := len(values)
	count := n + 2*extra
	if jump < 1 {
		jump = 1
	}
	last := 0
	for i := 0; ; i += jump {
		i = min(i, count-1)
		out[i] = loessAt(values, window, float64(i-extra))
		for k := last + 1; k < i; k++ {
			share := float64(k-last) / float64(i-last)
			out[k] = out[last] + share*(out[i]-out[last])
		}
		last = i
		if i == count-1 {
			return
		}
	}
}

// loessAt fits a weighted line around a place and returns its value there.
func loessAt(values []float64, window int, at float64) float64 {
	n := len(values)
	width := min(window, n)
	from := int(at) - (width-1)/2
	from = max(0, min(from, n-width))
	to := from + width - 1
	reach := math.Max(at-float64(from), float64(to)-at)
	if window > n {
		reach += float64((window - n) / 2)
	}
	var sw, sx, sy, sxx, sxy float64
	for i := from; i <= to; i++ {
		x := float64(i) - at
		d := math.Abs(x)
		if d > 0.999*reach {
			continue
		}
		w := 1.0
		if d > 0.001*reach {
			q := d / reach
			w = 1 - q*q*q
			w = w * w * w
		}
		sw += w
		sx += w * x
		sy += w * values[i]
		sxx += w * x * x
		sxy += w * x * values[i]
	}
	if sw == 0 {
		return values[max(0, min(n-1, int(at)))]
	}
	mean := sx / sw
	variance := sxx/sw - mean*mean
	if variance <= 1e-6*float64(n)*float64(n)/1e6 {
		return sy / sw
	}
	slope := (sxy/sw - mean*sy/sw) / variance
	return sy/sw - slope*mean
}

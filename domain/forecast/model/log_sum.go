package model

import "math"

// logSum adds up logarithms, one for many factors.
type logSum struct{ product, logs float64 }

func newLogSum() logSum { return logSum{product: 1} }

// add adds the logarithm of a value, +∞ where there is none.
func (l *logSum) add(value float64) {
	if value < 1e-9 {
		l.logs = math.Inf(1)
	} else if l.product *= value; l.product > 1e100 || l.product < 1e-100 {
		l.logs += math.Log(l.product)
		l.product = 1
	}
}

func (l *logSum) sum() float64 { return l.logs + math.Log(l.product) }

package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// rho predicts by a regression of each value on the one before, the one a season before and seasonal
// dummies, as far as the tests found them. Near a unit root it regresses the growth instead, and damps
// its mean by how uncertain that is.
func (c *card) rho(horizon int) Path {
	form := rhoForm{lag: c.unitRoot, seasonLag: c.unitRoot && c.correlated, dummies: c.seasonal}
	fit, ok := c.fitRho(form)
	if ok && form.lag {
		switch rho, e := fit.slopes[0], fit.errors[0]; {
		case rho > 0.5 && rho+2*e > 0.9:
			form = rhoForm{growth: true, seasonLag: form.seasonLag, dummies: form.dummies}
			fit, ok = c.fitRho(form)
		case rho < 0:
			form = rhoForm{dummies: form.dummies}
			fit, ok = c.fitRho(form)
		}
	}
	n := len(c.y)
	all := c.room.take(n + horizon)[:n]
	copy(all, c.y)
	if ok && form.growth && !form.dummies && !form.seasonLag {
		// The mean growth, drawn to zero by 1.645 of its standard errors.
		margin := 1.645 * fit.deviation / math.Sqrt(float64(n-1))
		mean := fit.constants[0]
		fit.constants[0] = math.Copysign(max(0, math.Abs(mean)-margin), mean)
	}
	row := make([]float64, 0, 2)
	for t := n; t < n+horizon; t++ {
		if !ok {
			all = append(all, all[n-1])
			continue
		}
		next := fit.value(t, c.appendRho(row[:0], form, all, t))
		if form.growth {
			next += all[t-1]
		}
		all = append(all, next)
	}
	return all[n:]
}

// rhoForm is what a regression of Rho holds.
type rhoForm struct{ growth, lag, seasonLag, dummies bool }

// appendRho adds the regressors of a time, of which all holds the past.
func (c *card) appendRho(row []float64, form rhoForm, all []float64, t int) []float64 {
	if form.lag {
		row = append(row, all[t-1])
	}
	if form.seasonLag {
		lagged := all[t-c.season]
		if form.growth {
			lagged -= all[t-c.season-1]
		}
		row = append(row, lagged)
	}
	return row
}

func (c *card) fitRho(form rhoForm) (regression, bool) {
	first, n := 1, len(c.y)
	if form.seasonLag {
		first = c.season + 1
	}
	past := func(lag int) []float64 {
		values := c.y[first-lag : n-lag]
		if form.growth {
			values = floats.SubTo(c.room.take(n-first), values, c.y[first-lag-1:n-lag-1])
		}
		return values
	}
	columns := make([][]float64, 0, 2)
	if form.lag {
		columns = append(columns, past(1))
	}
	if form.seasonLag {
		columns = append(columns, past(c.season))
	}
	places := 1
	if form.dummies {
		places = c.season
	}
	return regress(columns, past(0), first, places, c.room)
}

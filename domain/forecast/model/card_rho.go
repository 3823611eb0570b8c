package model

import "math"

// rho predicts by a regression of each value on the one before, the one a season before and seasonal
// dummies, as far as the tests found them. Near a unit root it regresses the growth instead, and damps
// its mean by how uncertain that is.
func (c *card) rho(horizon int) Path {
	form := rhoForm{lag: c.unitRoot, seasonLag: c.unitRoot && c.correlated, dummies: c.seasonal}
	fit, ok := c.fitRho(form)
	if ok && form.lag {
		switch rho, e := fit.coefficients[1], fit.errors[1]; {
		case rho > 0.5 && rho+2*e > 0.9:
			form = rhoForm{growth: true, seasonLag: form.seasonLag, dummies: form.dummies}
			fit, ok = c.fitRho(form)
		case rho < 0:
			form = rhoForm{dummies: form.dummies}
			fit, ok = c.fitRho(form)
		}
	}
	n := len(c.y)
	all := append(make([]float64, 0, n+horizon), c.y...)
	if ok && form.growth && !form.dummies && !form.seasonLag {
		// The mean growth, drawn to zero by 1.645 of its standard errors.
		margin := 1.645 * fit.deviation / math.Sqrt(float64(n-1))
		mean := fit.coefficients[0]
		fit.coefficients[0] = math.Copysign(max(0, math.Abs(mean)-margin), mean)
	}
	for t := n; t < n+horizon; t++ {
		if !ok {
			all = append(all, all[n-1])
			continue
		}
		next := fit.value(c.appendRho(nil, form, all, t))
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
	row = append(row, 1)
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
	if form.dummies {
		row = c.appendDummies(row, t)
	}
	return row
}

func (c *card) fitRho(form rhoForm) (regression, bool) {
	first := 1
	if form.seasonLag {
		first = c.season + 1
	}
	rows := tabulate(first, len(c.y), func(row []float64, t int) []float64 { return c.appendRho(row, form, c.y, t) })
	targets := append([]float64(nil), c.y[first:]...)
	if form.growth {
		for i := range targets {
			targets[i] -= c.y[first+i-1]
		}
	}
	return regress(rows, targets)
}

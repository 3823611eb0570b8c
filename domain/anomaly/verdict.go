package anomaly

import "math"

// reading is a day's rise beside what its expectation allows.
type reading struct {
	// rise is in logarithms, deviation its standard deviation, noise and peak variation together.
	rise, deviation float64
	// freedom is that of the noise, skewness the fleet's.
	freedom, skewness float64
}

// read compares a cost with a fitted expectation.
func (j *judgement) read(current float64, fitted expectation) reading {
	variance, freedom := j.common.moderate(fitted)
	return reading{
		rise:      math.Log(current) - fitted.log,
		deviation: math.Sqrt(variance*(1+fitted.leverage) + fitted.peakVariance),
		freedom:   freedom, skewness: j.common.skewness,
	}
}

// z is how many standard deviations out a rise is, on a normal scale.
func (r reading) z(rise float64) float64 {
	return unskewed(normalScore(rise/r.deviation, r.freedom), r.skewness)
}

// distance is how many standard deviations out a day at the sought rise is.
func (r reading) distance() float64 { return r.z(math.Log1p(soughtRise)) }

// verdict compares a day with its fitted expectation.
func (j *judgement) verdict(day judged, target Day) score {
	if day.final.verdict != "" {
		return day.final
	}
	fitted := day.expected
	result := score{verdict: Normal, expected: math.Exp(fitted.log), z: math.NaN()}
	if day.current <= 0 {
		result.verdict = Fallen
		return result
	}
	read := j.read(day.current, fitted)
	result.z = read.z(read.rise)
	least := math.Log1p(j.rule.LeastRise)
	if read.rise < 0 {
		if result.z < -j.rule.ZScore && read.rise < -least {
			result.verdict = Fallen
		}
		return result
	}
	threshold := j.budget.threshold(read.distance())
	dear := read.rise >= least && result.z > threshold
	if dear && fitted.unseenPeak {
		beyond := read.rise - math.Log(unseenPeakFactor)
		dear = beyond >= least && read.z(beyond) > threshold || j.unlikePeaks(read, target)
	}
	if dear {
		result.verdict = Anomalous
	}
	return result
}

// unlikePeaks reports whether a rise at a turn of the month, of which the series' own history holds none
// like it, is rather one of the sought size than a peak such as others of the fleet have there. Where
// many peak at ×2 to ×3, ×1.5 is dear, and ×2.5 is not. Where the fleet says nothing, any may peak.
func (j *judgement) unlikePeaks(read reading, target Day) bool {
	habit := j.priors.peaks[edgeOf(target)]
	if !j.budget.known || habit.share == 0 {
		return false
	}
	z, distance := read.z(read.rise), read.distance()
	scale := read.deviation * read.deviation
	ordinary := (1 - habit.share) * normalDensity(z, 1)
	peak := habit.share * normalDensity((read.rise-habit.mean)/read.deviation, 1+habit.variance/scale)
	return math.Log(normalDensity(z-distance, 1)/(ordinary+peak)) > j.budget.ratio
}

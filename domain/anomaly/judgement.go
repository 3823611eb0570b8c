package anomaly

// judgement is the work on one day of a fleet: a fit of each series by itself, what the fits have in
// common, a second fit with that, and verdicts.
type judgement struct {
	rule  DailyRule
	day   Day
	fits  []fit
	fleet *fleet
	h     history
	days  []dayCost

	common noise
	// priors are what the fleet says beside its noise, where known.
	priors priors
	known  bool
	budget budget
}

// fit fits one series by itself.
func (j *judgement) fit(i int, s DailySeries) (err error) {
	fit := &j.fits[i]
	if j.days, fit.amount, err = s.prepare(j.days, j.day, j.rule.Window); err != nil {
		return err
	}
	fit.judged = j.rule.fit(&j.h, j.days, j.day)
	if fit.expected.known() {
		j.fleet.add(fit.expected, j.h.residual, &j.h.kept)
		fit.own = j.h.kept.clone()
	}
	return nil
}

// learn asks the fleet and fits every series again with what it says.
func (j *judgement) learn(series []DailySeries) (err error) {
	j.common = j.fleet.noise()
	j.priors, j.known = j.fleet.habits.learn()
	j.budget = newBudget(j.rule.ZScore, nil)
	if !j.known {
		return nil
	}
	var distances []float64
	var unseen traitSample
	for i, s := range series {
		fit := &j.fits[i]
		if !fit.expected.known() {
			continue
		}
		if j.days, _, err = s.prepare(j.days, j.day, j.rule.Window); err != nil {
			return err
		}
		j.h.load(j.days, j.day, j.rule.Window)
		fit.expected = j.refit(fit.expected, fit.own)
		read := j.read(fit.current, fit.expected)
		distances = append(distances, read.distance())
		if fit.expected.unseenPeak && fit.current > 0 {
			unseen.add(read.rise, read.deviation*read.deviation)
		}
	}
	j.budget = newBudget(j.rule.ZScore, distances)
	// Where hardly a history holds such a turn of the month, the day itself shows how many peak.
	if place := edgeOf(j.day); place.peaks() && j.priors.peaks[place].share == 0 {
		j.priors.peaks[place] = unseen.learn(peaking)
	}
	return nil
}

// refit fits the loaded history with the fleet's help.
func (j *judgement) refit(alone expectation, own *rough) expectation {
	variance, _ := j.common.moderate(alone)
	fitted := j.h.refit(own, j.priors, variance)
	fitted.freedom = alone.freedom
	return fitted
}

// score judges another day of the prepared series by what the fleet says of this one.
func (j *judgement) score(target Day) score {
	day := j.rule.fit(&j.h, j.days, target)
	if j.known && day.expected.known() {
		day.expected = j.refit(day.expected, j.h.kept.clone())
	}
	return j.verdict(day, target)
}

// assess gives the verdict on a series.
func (j *judgement) assess(i int, s DailySeries) (Assessment, error) {
	outcome, since := j.verdict(j.fits[i].judged, j.day), j.day
	if outcome.verdict == Anomalous {
		var err error
		if j.days, _, err = s.prepare(j.days, j.day, j.rule.Window); err != nil {
			return Assessment{}, err
		}
		since = j.episodeStart()
	}
	return j.rule.report(s, j.fits[i].amount, outcome, j.day, since)
}

package anomaly

// episodeGap is the number of quiet or missing days that do not end an episode: a weekend, in which
// what runs on working days rests, or a day just under the threshold.
const episodeGap = 2

// episodeStart returns the first day of the episode that an anomalous day belongs to. Each earlier
// day is judged as it was then, by the days before it, so that the start, and with it the anomaly's
// identity, is the same on every day of the episode. It needs as many days before the start as the
// window has; with fewer, an early day may be judged by less than it was then.
func (j *judgement) episodeStart() Day {
	start, quiet := j.day, 0
	for day := j.day - 1; quiet <= episodeGap && day > j.days[0].day; day-- {
		if j.score(day).verdict == Anomalous {
			start, quiet = day, 0
		} else {
			quiet++
		}
	}
	return start
}

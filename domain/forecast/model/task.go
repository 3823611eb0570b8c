package model

// Task is one series to be predicted, from one or several origins.
type Task struct {
	// Values are finite numbers at even distances, the oldest first, scaled so that their mean
	// magnitude is about 1.
	Values []float64
	// Seasons are the lengths, in points, of the patterns that may repeat, rising: 24 and 168 for
	// hourly data. A season longer than half of the values before an origin is not used there.
	Seasons []int
	// Origins are lengths of history, falling: from each the model predicts using Values[:origin]
	// only. The first is the whole series; the others are for judging the model.
	Origins []int
	// Horizon is the number of points to predict from each origin, at least 1.
	Horizon int
}

// Path is what is predicted from one origin: a value per step.
type Path []float64

// Candidate is what one variant of a model predicts: a path per origin of the task, nil for an
// origin whose history is too short for it.
type Candidate struct {
	Name  string
	Paths []Path
}

// Model predicts a series in one or several variants.
type Model interface {
	Predict(task Task) []Candidate
}

// candidate returns an empty candidate for the task.
func (t Task) candidate(name string) Candidate {
	return Candidate{Name: name, Paths: make([]Path, len(t.Origins))}
}

// longestCycle is the longest season, in points, that exponential smoothing and Theta carry: beyond
// it a season has more indices than data to tell them, and decomposition does better.
const longestCycle = 60

// cycle returns the longest season up to longestCycle of which the history holds at least two whole
// cycles, or 1.
func (t Task) cycle(history int) int {
	longest := 1
	for _, season := range t.Seasons {
		if 2*season <= history && season <= longestCycle {
			longest = max(longest, season)
		}
	}
	return longest
}

// longest returns the longest season of which the history holds at least two whole cycles, or 1.
func (t Task) longest(history int) int {
	seasons := t.within(history)
	if len(seasons) == 0 {
		return 1
	}
	return seasons[len(seasons)-1]
}

// within returns the seasons of which the history holds at least two whole cycles.
func (t Task) within(history int) []int {
	count := 0
	for count < len(t.Seasons) && 2*t.Seasons[count] <= history {
		count++
	}
	return t.Seasons[:count]
}

// longEnough returns the origins that have so many points of history.
func (t Task) longEnough(least int) []int {
	count := len(t.Origins)
	for count > 0 && t.Origins[count-1] < least {
		count--
	}
	return t.Origins[:count]
}

// stage is a fit and the origins that are predicted by it. A model that has parameters fits them at the
// earliest origin of a stage, starting from the stage before, and from there follows the series
// without fitting again: what it is judged by was not known when it was fitted, and most origins cost
// next to nothing.
type stage struct {
	first   int   // of the stage's origins in the task
	origins []int // falling
	fitted  int   // the length of history that is fitted to: the last of origins
}

// stageGrowth is by which part of itself a history may have grown since a fit that is still used.
const stageGrowth = 0.27

// stages returns the stages of the task in the order of time. The end of the series is a stage of its
// own, so that the forecast itself is fitted to the whole history. An origin below least, the number
// of points that the model needs, is left out.
func (t Task) stages(least int) []stage {
	usable := len(t.longEnough(least))
	var list []stage
	for end := usable; end > 1; {
		begin, fitted := end-1, t.Origins[end-1]
		for begin > 1 && float64(t.Origins[begin-1]) <= (1+stageGrowth)*float64(fitted) {
			begin--
		}
		list = append(list, stage{begin, t.Origins[begin:end], fitted})
		end = begin
	}
	if usable > 0 {
		list = append(list, stage{0, t.Origins[:1], t.Origins[0]})
	}
	return list
}

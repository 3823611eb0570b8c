package model

// Theta is the dynamic optimised Theta model (Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler
// 2016, "Models for optimising the theta method and their relationship to state space models",
// International Journal of Forecasting 32): one exponential smoothing plus a trend line that is
// estimated anew at every point, its weight 1−1/θ chosen with the smoothing and the first level by
// least squares. A seasonal history is adjusted by classical indices first.
type Theta struct{}

// thetaLeast is the number of points that Theta needs.
const thetaLeast = 4

// Predict implements Model.
func (Theta) Predict(task Task) []Candidate {
	out := task.candidate("theta")
	room := borrow()
	defer room.giveBack()
	var near *thetaParameters
	for _, stage := range task.stages(thetaLeast) {
		history := task.Values[:stage.fitted]
		adjust := newAdjustment(history, task.cycle(stage.fitted))
		adjusted := adjust.apply(task.Values[:stage.origins[0]], room)
		near = fitTheta(adjusted[:stage.fitted], near)
		for i, path := range thetaPaths(adjusted, *near, stage.origins, task.Horizon) {
			out.Paths[stage.first+i] = adjust.undo(path, stage.origins[i])
		}
	}
	return []Candidate{out}
}

// thetaParameters are those of a fitted Theta.
type thetaParameters struct {
	first  float64 // the level before the first point
	alpha  float64 // the smoothing
	weight float64 // of the line, 1−1/θ
}

// thetaPaths follows a history and predicts from each of the origins, which fall.
func thetaPaths(history []float64, p thetaParameters, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	next := len(origins) - 1
	state := newThetaState(history[0], p)
	for t := 1; ; t++ {
		for next >= 0 && origins[next] == t {
			ahead := state
			paths[next] = make(Path, horizon)
			for k := range paths[next] {
				paths[next][k] = ahead.expected()
				ahead.follow(paths[next][k])
			}
			next--
		}
		if next < 0 {
			return paths
		}
		state.follow(history[t])
	}
}

// thetaState is the state of equations (14) to (19) of the paper after some points.
type thetaState struct {
	thetaParameters
	level float64
	decay float64 // (1−α)^count
	line  runningLine
}

func newThetaState(first float64, p thetaParameters) thetaState {
	return thetaState{
		thetaParameters: p, level: p.alpha*first + (1-p.alpha)*p.first, decay: 1 - p.alpha,
		line: runningLine{base: first, count: 1},
	}
}

// expected is the next value.
func (s *thetaState) expected() float64 {
	intercept, slope := s.line.fit()
	return s.level + s.weight*(s.decay*intercept+(1-s.decay*(1-s.alpha))/s.alpha*slope)
}

// follow moves on by one value.
func (s *thetaState) follow(value float64) {
	s.level = (1-s.alpha)*s.level + s.alpha*value
	s.decay *= 1 - s.alpha
	s.line.add(value)
}

// runningLine is the least squares line through the points so far, which stand at 1, 2 and so on.
type runningLine struct {
	base       float64 // the first value, from which sums are taken
	sum, along float64 // of the values, and of the values times their places
	count      float64
}

func (l *runningLine) add(value float64) {
	l.count++
	value -= l.base
	l.sum += value
	l.along += l.count * value
}

// fit returns the line's value at 0, and its slope; that of a single point is 0.
func (l *runningLine) fit() (intercept, slope float64) {
	k := l.count
	if k > 1 {
		slope = (12*l.along - 6*(k+1)*l.sum) / (k * (k*k - 1))
	}
	return l.base + l.sum/k - (k+1)/2*slope, slope
}

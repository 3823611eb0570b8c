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
	var near []float64
	for _, stage := range task.stages(thetaLeast) {
		history := task.Values[:stage.fitted]
		adjust := newAdjustment(history, task.cycle(stage.fitted))
		adjusted := adjust.apply(task.Values[:stage.origins[0]])
		near = fitTheta(adjusted[:stage.fitted], near)
		for i, path := range thetaPaths(adjusted, near, stage.origins, task.Horizon) {
			out.Paths[stage.first+i] = adjust.undo(path, stage.origins[i])
		}
	}
	return []Candidate{out}
}

// The places of the parameters of a fitted Theta.
const (
	thetaFirst  = iota // the level before the first point
	thetaAlpha         // the smoothing
	thetaWeight        // θ
)

// thetaPaths follows a history and predicts from each of the origins, which fall.
func thetaPaths(history, parameters []float64, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	next := len(origins) - 1
	state := newThetaState(history[0], parameters)
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

// thetaState is the state of equations (14) to (19) of the paper after count points.
type thetaState struct {
	alpha, weight    float64
	level, mean      float64
	intercept, slope float64
	decay            float64 // (1−α)^count
	count            float64
}

func newThetaState(first float64, p []float64) thetaState {
	alpha := p[thetaAlpha]
	return thetaState{
		alpha: alpha, weight: 1 - 1/p[thetaWeight], level: alpha*first + (1-alpha)*p[thetaFirst],
		mean: first, intercept: first, decay: 1 - alpha, count: 1,
	}
}

// expected is the next value.
func (s *thetaState) expected() float64 {
	return s.level + s.weight*(s.decay*s.intercept+(1-s.decay*(1-s.alpha))/s.alpha*s.slope)
}

// follow moves on by one value and returns by how much it exceeded what was expected.
func (s *thetaState) follow(value float64) float64 {
	e := value - s.expected()
	s.level += s.alpha * (value - s.level)
	s.decay *= 1 - s.alpha
	s.line(value)
	return e
}

// line adds a point to the line.
func (s *thetaState) line(value float64) {
	k := s.count
	s.slope = ((k-1)*s.slope + 6*(value-s.mean)/(k+1)) / (k + 2)
	s.mean = (k*s.mean + value) / (k + 1)
	s.intercept = s.mean - (k+2)/2*s.slope
	s.count++
}

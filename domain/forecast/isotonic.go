package forecast

// isotonic returns the rising sequence nearest to values by weighted least squares (pool adjacent
// violators, Ayer et al. 1955, "An empirical distribution function for sampling with incomplete
// information", Annals of Mathematical Statistics 26). Weights are positive.
func isotonic(values, weights []float64) []float64 {
	type block struct {
		mean, weight float64
		length       int
	}
	blocks := make([]block, 0, len(values))
	for i, v := range values {
		next := block{v, weights[i], 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].mean >= next.mean {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			weight := last.weight + next.weight
			next = block{(last.mean*last.weight + next.mean*next.weight) / weight, weight, last.length + next.length}
		}
		blocks = append(blocks, next)
	}
	out := make([]float64, 0, len(values))
	for _, b := range blocks {
		for range b.length {
			out = append(out, b.mean)
		}
	}
	return out
}

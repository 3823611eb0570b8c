package model

import "gonum.org/v1/gonum/floats"

// reconciliation finds the path that is nearest, in least squares, to predictions of its points and of its
// means over blocks of several widths, which divide a season. A mean over w points counts w times, as its
// variance is that much smaller where errors are independent: structural scaling in Athanasopoulos et al.
// 2017, section 3.
type reconciliation struct {
	season int
	matrix []float64 // of the normal equations of one season, upper triangle, row by row
	right  Path
}

// newReconciliation begins with predictions of the points of whole seasons.
func newReconciliation(points Path, season int) *reconciliation {
	r := &reconciliation{season, make([]float64, season*season), append(Path(nil), points...)}
	for t := range season {
		r.matrix[t*season+t] = 1
	}
	return r
}

// add takes predictions of the means over blocks of a width.
func (r *reconciliation) add(means Path, width int) {
	for t := range r.right {
		r.right[t] += means[t/width]
	}
	for t := range r.season {
		end := (t/width + 1) * width
		floats.AddConst(1/float64(width), r.matrix[t*r.season+t:t*r.season+end])
	}
}

// path returns the nearest path.
func (r *reconciliation) path() Path {
	cholesky(r.matrix, r.season)
	for from := 0; from < len(r.right); from += r.season {
		substitute(r.matrix, r.right[from:from+r.season], r.season)
	}
	return r.right
}

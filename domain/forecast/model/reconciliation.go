package model

import (
	"slices"

	"gonum.org/v1/gonum/floats"
)

// reconciliation finds the path that is nearest, in least squares, to predictions of its points and of its
// means over blocks of several widths, which divide a season. A mean over w points counts w times, as its
// variance is that much smaller where errors are independent: structural scaling in Athanasopoulos et al.
// 2017, section 3.
type reconciliation struct {
	season int
	widths []int
	factor []float64 // of the normal equations of one season, upper triangle, row by row
}

func newReconciliation(season int, widths []int) *reconciliation {
	r := &reconciliation{season, widths, make([]float64, season*season)}
	for t := range season {
		row := r.factor[t*season : (t+1)*season]
		row[t] = 1
		for _, width := range widths {
			floats.AddConst(1/float64(width), row[t:(t/width+1)*width])
		}
	}
	cholesky(r.factor, season)
	return r
}

// path returns the path nearest to predictions of the points of whole seasons and of the means of each width.
func (r *reconciliation) path(points Path, means []Path) Path {
	path := slices.Clone(points)
	for j, width := range r.widths {
		for t := range path {
			path[t] += means[j][t/width]
		}
	}
	for from := 0; from < len(path); from += r.season {
		substitute(r.factor, path[from:from+r.season], r.season)
	}
	return path
}

// reconciliations are those made so far, which differ by their widths.
type reconciliations []*reconciliation

// of returns the one of some widths.
func (rs *reconciliations) of(season int, widths []int) *reconciliation {
	for _, r := range *rs {
		if slices.Equal(r.widths, widths) {
			return r
		}
	}
	*rs = append(*rs, newReconciliation(season, widths))
	return (*rs)[len(*rs)-1]
}

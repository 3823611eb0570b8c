package forecast

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMedian(t *testing.T) {
	t.Run("is the middle of the sorted values, or the mean of the two there", rapid.MakeCheck(func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-3, 3), rapid.SampledFrom([]float64{0, 1})), 1, 60).Draw(t, "values")
		sorted := slices.Sorted(slices.Values(values))
		n := len(sorted)
		if want, got := (sorted[(n-1)/2]+sorted[n/2])/2, median(values); got != want {
			t.Fatalf("the median is %v, not %v", want, got)
		}
	}))
	t.Run("of nothing is 0", func(t *testing.T) {
		if median(nil) != 0 {
			t.Fatal("not 0")
		}
	})
}

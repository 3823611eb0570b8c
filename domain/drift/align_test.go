package drift_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// steps makes a list of n objects, each another.
func steps(n int) []document.Value {
	list := make([]document.Value, n)
	for i := range list {
		list[i] = document.ObjectValue(
			document.Member{Key: "name", Value: document.TextValue(fmt.Sprint("step-", i))},
			document.Member{Key: "run", Value: document.TextValue(fmt.Sprint("make ", i%7))},
		)
	}
	return list
}

func TestLongOrderedLists(t *testing.T) {
	d := detector(t)
	text := document.TextValue
	for name, c := range map[string]struct {
		change func(list []document.Value) []document.Value
		want   []string
	}{
		"one put in and another taken out far behind": {func(list []document.Value) []document.Value {
			return slices.Delete(slices.Insert(list, 10, text("new")), 900, 901)
		}, []string{"v[10] key_added", "v[899] key_removed"}},
		"two put in, a part of one between them changed": {func(list []document.Value) []document.Value {
			list[500] = document.ObjectValue(document.Member{Key: "name", Value: text("step-500")}, document.Member{Key: "run", Value: text("rm")})
			return slices.Insert(slices.Insert(list, 990, text("late")), 10, text("early"))
		}, []string{"v[10] key_added", "v[500].run value_changed", "v[991] key_added"}},
		"one that moved from front to end": {func(list []document.Value) []document.Value {
			return append(slices.Clone(list[1:]), list[0])
		}, []string{"v[0] key_removed", "v[999] key_added"}},
	} {
		t.Run(name, func(t *testing.T) {
			changed := c.change(steps(1000))
			var got []string
			for _, change := range compare(t, d, document.ArrayValue(steps(1000)...), document.ArrayValue(changed...)) {
				got = append(got, fmt.Sprint(change.Path.String(), " ", change.Type))
			}
			require.Equal(t, c.want, got)
		})
	}
	t.Run("with nothing in common are compared by position, which is said", func(t *testing.T) {
		other := steps(1000)
		for i := range other {
			other[i] = text(fmt.Sprint("other-", i))
		}
		finding, err := d.Compare(drift.Subject{}, document.ArrayValue(steps(1000)...), document.ArrayValue(other...))
		require.NoError(t, err)
		require.Len(t, finding.Changes, 1000)
		require.Len(t, finding.Approximate, 1)
	})
	t.Run("find whatever was put in and taken out, in any number", func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		for range 20 {
			changed := steps(600)
			edits := 1 + random.IntN(40)
			for n := range edits {
				if at := random.IntN(len(changed)); n%2 == 0 {
					changed = slices.Insert(changed, at, text(fmt.Sprint("new-", n)))
				} else {
					changed = slices.Delete(changed, at, at+1)
				}
			}
			require.LessOrEqual(t, len(compare(t, d, document.ArrayValue(steps(600)...), document.ArrayValue(changed...))), edits)
		}
	})
}

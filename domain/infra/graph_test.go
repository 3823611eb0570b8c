package infra_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func graphOf(edges map[string][]string) *infra.Graph {
	g := infra.NewGraph(nil)
	for id, dependencies := range edges {
		g.Add(id, dependencies...)
	}
	return g
}

func TestGraphOrder(t *testing.T) {
	t.Run("puts dependencies first, and else the first in byte order", func(t *testing.T) {
		order, err := graphOf(map[string][]string{"a": {"z"}, "b": nil, "c": {"a", "a"}, "d": {"z", "b"}}).Order()
		require.NoError(t, err)
		require.Equal(t, []string{"b", "z", "a", "c", "d"}, order)
	})
	for name, c := range map[string]struct {
		edges  map[string][]string
		circle string
	}{
		"of two":                  {map[string][]string{"b": {"a"}, "a": {"b"}}, "a → b → a"},
		"of one":                  {map[string][]string{"a": {"a"}}, "a → a"},
		"that is reached late":    {map[string][]string{"a": {"m"}, "m": {"z"}, "z": {"q"}, "q": {"m"}}, "m → z → q → m"},
		"beside what is in order": {map[string][]string{"a": {"b"}, "b": nil, "x": {"y"}, "y": {"x"}}, "x → y → x"},
	} {
		t.Run("names a circle "+name, func(t *testing.T) {
			_, err := graphOf(c.edges).Order()
			require.True(t, fault.Is(err, fault.Conflict), "%v", err)
			require.ErrorContains(t, err, c.circle)
		})
	}
	t.Run("is not confused by a hundred thousand in a row", func(t *testing.T) {
		g := infra.NewGraph(nil)
		for i := range 100_000 {
			g.Add(fmt.Sprintf("r-%06d", i), fmt.Sprintf("r-%06d", i+1))
		}
		order, err := g.Order()
		require.NoError(t, err)
		require.Equal(t, "r-100000", order[0])
		require.Nil(t, g.Cycle())
	})
}

func TestGraphGroups(t *testing.T) {
	g := graphOf(map[string][]string{"a": {"x"}, "b": {"x"}, "c": nil, "e": {"d"}})
	require.Equal(t, [][]string{{"a", "b"}, {"c"}, {"d", "e"}}, g.Groups([]string{"c", "e", "b", "a", "d", "a"}))
}

// edges draws a graph: any at all, or one without circles, where ids only depend on later ones.
func edges(t *rapid.T, circles bool) map[string][]string {
	n := rapid.IntRange(1, 12).Draw(t, "resources")
	drawn := map[string][]string{}
	for i := range n {
		from := 0
		if !circles {
			from = i + 1
		}
		id := fmt.Sprintf("r%02d", i)
		drawn[id] = nil
		if from >= n {
			continue
		}
		for _, j := range rapid.SliceOfN(rapid.IntRange(from, n-1), 0, 4).Draw(t, "dependencies") {
			drawn[id] = append(drawn[id], fmt.Sprintf("r%02d", j))
		}
	}
	return drawn
}

func TestGraphLaws(t *testing.T) {
	t.Run("whatever has no circle has an order in which all dependencies come first", rapid.MakeCheck(func(t *rapid.T) {
		drawn := edges(t, false)
		order, err := graphOf(drawn).Order()
		if err != nil || len(order) != len(drawn) {
			t.Fatalf("order %v of %v: %v", order, drawn, err)
		}
		for id, dependencies := range drawn {
			for _, dependency := range dependencies {
				if slices.Index(order, dependency) > slices.Index(order, id) {
					t.Fatalf("%s depends on %s in %v", id, dependency, order)
				}
			}
		}
	}))
	t.Run("there is either an order or a circle, and the circle is one", rapid.MakeCheck(func(t *rapid.T) {
		drawn := edges(t, true)
		g := graphOf(drawn)
		order, err := g.Order()
		circle := g.Cycle()
		if (err == nil) == (circle != nil) {
			t.Fatalf("order %v and circle %v of %v", order, circle, drawn)
		}
		for i := 1; i < len(circle); i++ {
			if !slices.Contains(drawn[circle[i-1]], circle[i]) {
				t.Fatalf("%s does not depend on %s in %v", circle[i-1], circle[i], drawn)
			}
		}
		if len(circle) > 0 && circle[0] != circle[len(circle)-1] {
			t.Fatalf("%v is no circle", circle)
		}
	}))
}

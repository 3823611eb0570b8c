package anomaly_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

// alerts judges each of the last days of a series in turn and returns the ids of what it found, in
// the order of their first appearance, with the days on which each was found.
func alerts(t *testing.T, series anomaly.DailySeries, end anomaly.Day, days int) map[string][]int {
	t.Helper()
	found := map[string][]int{}
	for ago := days; ago >= 0; ago-- {
		if a := judge(t, series, end-anomaly.Day(ago)).Anomaly; a != nil {
			found[a.ID] = append(found[a.ID], ago)
		}
	}
	return found
}

func TestAnEpisodeIsOneAnomaly(t *testing.T) {
	end := day("2026-05-20")
	for _, c := range []struct {
		name     string
		dear     func(ago int) (cost float64, known bool)
		episodes int
	}{
		{"a level shift, until it is accepted", func(ago int) (float64, bool) { return 150, ago <= 15 }, 1},
		{"a shift that grows", func(ago int) (float64, bool) { return 150 + 10*float64(5-ago), ago <= 5 }, 1},
		{"a quiet day between two dear ones", func(ago int) (float64, bool) { return 150, ago == 4 || ago == 6 }, 1},
		{"three quiet days between", func(ago int) (float64, bool) { return 150, ago == 4 || ago == 8 }, 2},
		{"none", func(int) (float64, bool) { return 0, false }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			series := acme(end, 110, func(ago int, _ anomaly.Day) (float64, bool) {
				if cost, dear := c.dear(ago); dear {
					return cost, true
				}
				return 100, true
			})
			assert.Len(t, alerts(t, series, end, 19), c.episodes)
		})
	}
}

func TestAnEpisodeKeepsItsFirstDay(t *testing.T) {
	end := day("2026-05-20")
	series := acme(end, 110, level(3, 1000, 160))
	for ago := range 4 {
		a := judge(t, series, end-anomaly.Day(ago)).Anomaly
		require.NotNil(t, a)
		assert.Equal(t, "2026-05-17", a.Since.String())
	}
}

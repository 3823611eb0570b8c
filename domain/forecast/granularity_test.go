package forecast

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestStep(t *testing.T) {
	for name, test := range map[string]struct {
		granularity ForecastGranularity
		from        string
		n           int
		want        string
	}{
		"an hour over midnight":               {Hourly, "2026-12-31T23:00:00Z", 1, "2027-01-01T00:00:00Z"},
		"a day back over a leap day":          {Daily, "2024-03-01T06:00:00Z", -1, "2024-02-29T06:00:00Z"},
		"weeks over a year":                   {Weekly, "2026-12-28T00:00:00Z", 2, "2027-01-11T00:00:00Z"},
		"the 31st in a shorter month":         {Monthly, "2026-01-31T08:30:00Z", 1, "2026-02-28T08:30:00Z"},
		"the 31st in a leap year's February":  {Monthly, "2024-01-31T00:00:00Z", 1, "2024-02-29T00:00:00Z"},
		"the 31st again after a shorter one":  {Monthly, "2026-01-31T00:00:00Z", 2, "2026-03-31T00:00:00Z"},
		"months back over a year":             {Monthly, "2026-02-15T00:00:00Z", -3, "2025-11-15T00:00:00Z"},
		"no step":                             {Monthly, "2026-02-28T00:00:00Z", 0, "2026-02-28T00:00:00Z"},
		"a first of a month stays the first ": {Monthly, "2026-02-01T00:00:00Z", 25, "2028-03-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			from, err := time.Parse(time.RFC3339, test.from)
			require.NoError(t, err)
			assert.Equal(t, test.want, test.granularity.Step(from, test.n).Format(time.RFC3339))
		})
	}
	t.Run("no month is left out or told twice", rapid.MakeCheck(func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(-2e9, 5e9).Draw(t, "from"), 0).UTC()
		n := rapid.IntRange(-300, 300).Draw(t, "steps")
		to := Monthly.Step(from, n)
		require.Equal(t, 12*from.Year()+int(from.Month())+n, 12*to.Year()+int(to.Month()))
		require.LessOrEqual(t, to.Day(), from.Day())
		require.Equal(t, from.Format(time.TimeOnly), to.Format(time.TimeOnly))
	}))
}

package period_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

func TestParse(t *testing.T) {
	t.Run("reads a month", func(t *testing.T) {
		got, err := period.Parse("2024-02")
		require.NoError(t, err)
		assert.Equal(t, time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), got.Start())
		assert.Equal(t, time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC), got.End())
	})
	for _, text := range []string{"", "2024", "2024-13", "2024-00", "2024-2", "24-02", "2024-02-01", " 2024-02", "2024-02\n", "２０２４-02"} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := period.Parse(text)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			assert.ErrorContains(t, err, "2026-09", "the error shows the form that is expected")
		})
	}
}

func TestPeriodsFollowEachOther(t *testing.T) {
	assert.Equal(t, "2025-12", period.New(2026, time.January).Previous().String())
	assert.Equal(t, "2026-01", period.New(2025, time.December).Next().String())
	assert.True(t, period.New(2025, time.December).Before(period.New(2026, time.January)))
}

func TestAnInstantLiesInTheMonthOfItsUTCDate(t *testing.T) {
	eastern := time.FixedZone("UTC+9", 9*60*60)
	assert.Equal(t, "2026-08", period.Of(time.Date(2026, 9, 1, 8, 59, 59, 0, eastern)).String())
	september := period.New(2026, time.September)
	assert.True(t, september.Contains(september.Start()), "the first instant is included")
	assert.False(t, september.Contains(september.End()), "the end is excluded")
}

func TestPeriodLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		month := period.New(rapid.IntRange(1, 9998).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")))

		parsed, err := period.Parse(month.String())
		if err != nil || parsed != month {
			t.Fatalf("%s does not read back: %v %v", month, parsed, err)
		}
		if month.Next().Previous() != month || month.Next().Start() != month.End() {
			t.Fatalf("%s does not meet its neighbours", month)
		}
	})
}

func TestJSONForm(t *testing.T) {
	type document struct {
		Period period.Period `json:"period"`
	}
	encoded, err := json.Marshal(document{period.New(2026, time.September)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"period":"2026-09"}`, string(encoded))

	var decoded document
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.Equal(t, "2026-09", decoded.Period.String())
	require.NoError(t, json.Unmarshal([]byte(`{"period":""}`), &decoded))
	assert.True(t, decoded.Period.IsZero())
	assert.Error(t, json.Unmarshal([]byte(`{"period":"soon"}`), &decoded))
}

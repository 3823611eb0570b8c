package anomaly_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestDayIsTheUTCDate(t *testing.T) {
	for _, c := range []struct {
		instant time.Time
		want    string
	}{
		{time.Date(2026, 9, 30, 23, 59, 59, 999, time.UTC), "2026-09-30"},
		{time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), "2026-10-01"},
		{time.Date(2026, 10, 1, 8, 0, 0, 0, time.FixedZone("UTC+9", 9*3600)), "2026-09-30"},
		{time.Date(1969, 12, 31, 12, 0, 0, 0, time.UTC), "1969-12-31"},
		{time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC), "1969-12-31"},
	} {
		assert.Equal(t, c.want, anomaly.DayOf(c.instant).String())
	}
}

func TestDayInJSON(t *testing.T) {
	var cost anomaly.DailyCost
	require.NoError(t, json.Unmarshal([]byte(`{"day":"2024-02-29","cost":"1.10"}`), &cost))
	assert.Equal(t, "2024-02-29", cost.Day.String())
	assert.Error(t, json.Unmarshal([]byte(`{"day":"2023-02-29"}`), &cost))
}

func FuzzParseDay(f *testing.F) {
	for _, text := range []string{"2026-09-30", "2024-02-29", "2023-02-29", "", "2026-9-3", "0001-01-01", "9999-12-31", "2026-09-30T00:00:00Z", "２０２６-09-30"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		day, err := anomaly.ParseDay(text)
		if err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			return
		}
		assert.Equal(t, text, day.String(), "what is read is written the same")
	})
}

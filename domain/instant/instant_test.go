package instant_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/instant"
)

func TestPrecision(t *testing.T) {
	for written, kept := range map[string]string{
		"2026-09-01T00:00:00.187820708Z":      "2026-09-01T00:00:00.18782Z",
		"2026-09-01T02:00:00.999999999+02:00": "2026-09-01T00:00:00.999999Z",
		"2026-09-01T00:00:00Z":                "2026-09-01T00:00:00Z",
		"1969-12-31T23:59:59.0000015Z":        "1969-12-31T23:59:59.000001Z",
	} {
		at, err := time.Parse(time.RFC3339, written)
		require.NoError(t, err)
		require.Equal(t, kept, instant.Of(at).Format(time.RFC3339Nano))
	}
	require.True(t, instant.Of(time.Time{}).IsZero())
	require.Zero(t, instant.Now().Nanosecond()%1000)
	require.Equal(t, time.UTC, instant.Now().Location())
}

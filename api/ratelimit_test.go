package api

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCallersAllowance(t *testing.T) {
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	allowances := newCallers(RateLimit{PerSecond: 2, Burst: 3})
	take := func(name string) (time.Duration, bool) { return allowances.take(name, now) }

	t.Run("a burst is let through, then a wait is named", func(t *testing.T) {
		for range 3 {
			_, allowed := take("ada")
			require.True(t, allowed)
		}
		wait, allowed := take("ada")
		require.False(t, allowed)
		require.Equal(t, 500*time.Millisecond, wait)
	})
	t.Run("callers do not share an allowance", func(t *testing.T) {
		_, allowed := take("bob")
		require.True(t, allowed)
	})
	t.Run("after the wait there is room for one", func(t *testing.T) {
		now = now.Add(500 * time.Millisecond)
		_, allowed := take("ada")
		require.True(t, allowed)
		_, allowed = take("ada")
		require.False(t, allowed)
	})
	t.Run("idle callers are forgotten", func(t *testing.T) {
		for i := range 100 {
			take(strconv.Itoa(i))
		}
		now = now.Add(2 * idleAfter)
		take("ada")
		require.Len(t, allowances.seen, 1)
	})
}

package keystore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/keystore"
)

func TestSnapshot(t *testing.T) {
	t.Run("many who miss something cause one reading", func(t *testing.T) {
		var readings atomic.Int64
		snapshot, err := keystore.Take(t.Context(), func(context.Context) (int64, error) { return readings.Add(1), nil })
		require.NoError(t, err)
		require.EqualValues(t, 1, snapshot.Latest())
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() { _, _ = snapshot.Again() })
		}
		group.Wait()
		require.LessOrEqual(t, readings.Load(), int64(3), "the first, one for all, and one more where that took a second")
		require.GreaterOrEqual(t, snapshot.Latest(), int64(2), "the first who asks is not kept waiting")
	})
	t.Run("what was read stays where reading fails", func(t *testing.T) {
		var failure error
		snapshot, err := keystore.Take(t.Context(), func(context.Context) (string, error) { return "kept", failure })
		require.NoError(t, err)
		failure = errors.New("the store is away")
		latest, err := snapshot.Again()
		require.ErrorIs(t, err, failure)
		require.Equal(t, "kept", latest)
		require.Equal(t, "kept", snapshot.Latest())
	})
	t.Run("nothing can be taken of a store that cannot be read", func(t *testing.T) {
		failure := errors.New("the store is away")
		_, err := keystore.Take(t.Context(), func(context.Context) (int, error) { return 0, failure })
		require.ErrorIs(t, err, failure)
	})
}

package postgres_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

func TestImportsSurviveWhatGoesWrong(t *testing.T) {
	t.Run("a server that kills the connection in the middle keeps nothing, and the next try works", func(t *testing.T) {
		d := newDeliveries(t)
		killed := func(yield func(intake.Row, error) bool) {
			for i := range 40_000 {
				if i == 20_000 {
					if _, err := d.pool.Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE 'COPY%'"); err != nil {
						t.Error(err)
					}
				}
				if !yield(intake.ChargeRow(charged("1", month, "1")), nil) {
					return
				}
			}
		}
		_, err := d.tryLoad(intake.KindCharges, killed)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err), "%v", err)
		assert.Zero(t, d.stored())
		d.load(intake.KindCharges, charges(charged("1", month, "1")))
		assert.Equal(t, "1", d.billed())
	})
	t.Run("imports of one account at the same moment leave one of them standing", func(t *testing.T) {
		d := newDeliveries(t)
		var running sync.WaitGroup
		for i := range 6 {
			running.Go(func() {
				_, err := d.tryLoad(intake.KindCharges, charges(charged("1", month, strconv.Itoa(i+1))))
				assert.NoError(t, err)
			})
		}
		running.Wait()
		var current int
		require.NoError(t, d.pool.QueryRow(context.Background(), "SELECT count(*) FROM input_slices WHERE status = 'current'").Scan(&current))
		assert.Equal(t, 1, current)
	})
	t.Run("a freeze at the moment of an import holds one of the two, whole", func(t *testing.T) {
		for range 5 {
			d := newDeliveries(t)
			d.load(intake.KindCharges, charges(charged("1", month, "1"), charged("2", month, "1")))
			ref := d.attempt(month)
			var running sync.WaitGroup
			running.Go(func() {
				_, err := d.tryLoad(intake.KindCharges, charges(charged("1", month, "2"), charged("2", month, "2")))
				assert.NoError(t, err)
			})
			running.Go(func() { d.freeze(ref) })
			running.Wait()
			var amounts []string
			for _, c := range d.frozenCharges(ref) {
				amounts = append(amounts, c.BilledCost.String())
			}
			assert.Contains(t, []string{"[1 1]", "[2 2]"}, fmt.Sprint(amounts))
		}
	})
}

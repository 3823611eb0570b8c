package postgres_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func anomalyOf(id int, tenant string, day time.Time, impact int64) allocation.CostAnomaly {
	return allocation.CostAnomaly{
		AnomalyID: fmt.Sprintf("anomaly-%02d", id), TenantID: tenant, Currency: "USD", PeriodStart: day, PeriodEnd: day.AddDate(0, 0, 1),
		Impact: decimal.New(impact, 0), SuggestedCauses: []string{"compute"}, DetectedAt: day.AddDate(0, 0, 40),
	}
}

func announced(found allocation.CostAnomaly, changes int) (outbox.Message, error) {
	return outbox.Message{Topic: outbox.TopicMonitorEvent, Group: "main/2025-09", Key: fmt.Sprintf("%s/%d", found.AnomalyID, changes), Payload: []byte(`{}`)}, nil
}

func TestAnomalies(t *testing.T) {
	b := newBench(t)
	store := postgres.NewAnomalies(b.pool)
	var found []allocation.CostAnomaly
	for i := range 9 {
		// Three a day, the impact growing with the number.
		found = append(found, anomalyOf(i, fmt.Sprintf("tenant-%d", i%2), september.Start().AddDate(0, 0, i/3), int64(10*i)))
	}
	settle := func(found ...allocation.CostAnomaly) costwatch.Settled {
		settled, err := store.Settle(ctx, "main", september, found, announced)
		require.NoError(t, err)
		return settled
	}
	told := func() int {
		waiting, err := b.outbox.Pending(ctx, outbox.TopicMonitorEvent, "", 100)
		require.NoError(t, err)
		return len(waiting)
	}
	require.Equal(t, costwatch.Settled{New: 9}, settle(found...))

	t.Run("again they are not new, and nothing is told", func(t *testing.T) {
		require.Zero(t, settle(found...))
		require.Equal(t, 9, told())
	})
	t.Run("those of other months and books stay as they are", func(t *testing.T) {
		october, err := store.Settle(ctx, "main", september.Next(), nil, announced)
		require.NoError(t, err)
		require.Zero(t, october)
		begun, err := store.Settle(ctx, "main", september.Next(), []allocation.CostAnomaly{found[8]}, announced)
		require.NoError(t, err)
		require.Zero(t, begun, "its episode began in September")
		require.Equal(t, 9, told())
	})
	list := func(filter costwatch.Filter, limit int) []string {
		var ids []string
		after := costwatch.Position{}
		for {
			page, err := store.Anomalies(ctx, filter, after, limit)
			require.NoError(t, err)
			for _, one := range page {
				ids = append(ids, one.AnomalyID[len("anomaly-"):])
			}
			if len(page) < limit {
				return ids
			}
			last := page[len(page)-1]
			after = costwatch.Position{Day: last.PeriodStart, ID: last.AnomalyID, Book: last.Book}
		}
	}
	t.Run("pages hold each once, the latest day first", func(t *testing.T) {
		want := []string{"06", "07", "08", "03", "04", "05", "00", "01", "02"}
		for _, limit := range []int{1, 2, 3, 9, 100} {
			require.Equal(t, want, list(costwatch.Filter{}, limit))
		}
	})
	t.Run("filters narrow", func(t *testing.T) {
		require.Equal(t, []string{"06", "07", "08"}, list(costwatch.Filter{MinImpact: decimal.New(60, 0)}, 2))
		require.Equal(t, []string{"07", "03", "05", "01"}, list(costwatch.Filter{TenantID: "tenant-1"}, 2))
		require.Empty(t, list(costwatch.Filter{Book: "other"}, 2))
	})
	t.Run("what was told comes back whole", func(t *testing.T) {
		page, err := store.Anomalies(ctx, costwatch.Filter{}, costwatch.Position{}, 1)
		require.NoError(t, err)
		require.Equal(t, "main", page[0].Book)
		require.Equal(t, found[6].SuggestedCauses, page[0].SuggestedCauses)
		require.True(t, found[6].DetectedAt.Equal(page[0].DetectedAt))
	})
	t.Run("a tenant sees its own", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, b.pool, "tenant-1", func(tx pgx.Tx) error {
			own, err := postgres.NewAnomalies(tx).Anomalies(ctx, costwatch.Filter{}, costwatch.Position{}, 100)
			require.NoError(t, err)
			require.Len(t, own, 4)
			return nil
		}))
	})
	t.Run("nothing is recorded where a message cannot be made", func(t *testing.T) {
		_, err := store.Settle(ctx, "main", september, []allocation.CostAnomaly{anomalyOf(50, "tenant-1", september.Start(), 1)},
			func(allocation.CostAnomaly, int) (outbox.Message, error) {
				return outbox.Message{}, errors.New("no message")
			})
		require.ErrorContains(t, err, "no message")
		require.Len(t, list(costwatch.Filter{}, 100), 9)
	})
	restated := anomalyOf(3, "tenant-1", september.Start().AddDate(0, 0, 1), 45)
	t.Run("judged anew, those that are explained are withdrawn, and told once", func(t *testing.T) {
		require.Equal(t, costwatch.Settled{New: 1, Withdrawn: 8}, settle(restated, anomalyOf(20, "tenant-0", september.Start(), 70)))
		require.Equal(t, 18, told())
		require.Zero(t, settle(restated, anomalyOf(20, "tenant-0", september.Start(), 70)))
		require.Equal(t, 18, told())
		require.Equal(t, []string{"03", "20"}, list(costwatch.Filter{State: allocation.AnomalyStanding}, 1))
		require.Len(t, list(costwatch.Filter{State: allocation.AnomalyWithdrawn}, 3), 8)
		require.Len(t, list(costwatch.Filter{}, 3), 10, "they stay on record")
	})
	t.Run("one that stands has the amounts of the latest revision", func(t *testing.T) {
		page, err := store.Anomalies(ctx, costwatch.Filter{TenantID: "tenant-1", State: allocation.AnomalyStanding}, costwatch.Position{}, 1)
		require.NoError(t, err)
		require.Equal(t, "45", page[0].Impact.String())
		require.True(t, found[3].DetectedAt.Equal(page[0].DetectedAt), "it was found when it was")
	})
	t.Run("a withdrawn one that is found once more stands again, and that is told once", func(t *testing.T) {
		require.Equal(t, costwatch.Settled{Again: 1, Withdrawn: 1}, settle(restated, found[0]))
		require.Zero(t, settle(restated, found[0]))
		require.Equal(t, 20, told())
		page, err := store.Anomalies(ctx, costwatch.Filter{State: allocation.AnomalyStanding}, costwatch.Position{}, 9)
		require.NoError(t, err)
		require.Len(t, page, 2)
		require.True(t, page[1].WithdrawnAt.IsZero())
	})
}

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

func announced(found allocation.CostAnomaly) (outbox.Message, error) {
	return outbox.Message{Topic: outbox.TopicMonitorEvent, Group: "main/2025-09", Key: found.AnomalyID, Payload: []byte(`{}`)}, nil
}

func TestAnomalies(t *testing.T) {
	b := newBench(t)
	store := postgres.NewAnomalies(b.pool)
	var found []allocation.CostAnomaly
	for i := range 9 {
		// Three a day, the impact growing with the number.
		found = append(found, anomalyOf(i, fmt.Sprintf("tenant-%d", i%2), september.Start().AddDate(0, 0, i/3), int64(10*i)))
	}
	added, err := store.Record(ctx, "main", found, announced)
	require.NoError(t, err)
	require.Equal(t, 9, added)

	t.Run("again they are not new, and what was told stays", func(t *testing.T) {
		again := anomalyOf(3, "tenant-1", september.Start(), 999)
		added, err := store.Record(ctx, "main", []allocation.CostAnomaly{again}, announced)
		require.NoError(t, err)
		require.Zero(t, added)
		waiting, err := b.outbox.Pending(ctx, outbox.TopicMonitorEvent, "", 100)
		require.NoError(t, err)
		require.Len(t, waiting, 9)
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
		_, err := store.Record(ctx, "main", []allocation.CostAnomaly{anomalyOf(50, "tenant-1", september.Start(), 1)},
			func(allocation.CostAnomaly) (outbox.Message, error) {
				return outbox.Message{}, errors.New("no message")
			})
		require.ErrorContains(t, err, "no message")
		require.Len(t, list(costwatch.Filter{}, 100), 9)
	})
}

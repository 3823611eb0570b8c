package correlation_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

func TestContext(t *testing.T) {
	t.Run("an empty context carries nothing", func(t *testing.T) {
		require.Empty(t, correlation.ID(context.Background()))
		require.Empty(t, correlation.Tenant(context.Background()))
	})
	t.Run("id and tenant do not disturb each other", func(t *testing.T) {
		ctx := correlation.WithTenant(correlation.WithID(t.Context(), "req-1"), "acme")
		require.Equal(t, "req-1", correlation.ID(ctx))
		require.Equal(t, "acme", correlation.Tenant(ctx))
	})
	t.Run("an id that cannot travel in a header is not taken over", func(t *testing.T) {
		ctx := correlation.WithID(t.Context(), "req-1")
		for _, bad := range []string{"", "a b", "a\r\nX-Evil: 1", "ü", strings.Repeat("x", 129)} {
			require.Equal(t, "req-1", correlation.ID(correlation.WithID(ctx, bad)), "%q", bad)
			require.Empty(t, correlation.Tenant(correlation.WithTenant(ctx, bad)), "%q", bad)
		}
	})
	t.Run("the longest id that may travel does", func(t *testing.T) {
		longest := strings.Repeat("x", correlation.MaxLength)
		require.Equal(t, longest, correlation.ID(correlation.WithID(t.Context(), longest)))
	})
}

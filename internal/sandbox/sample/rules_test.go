package sample_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

func TestRules(t *testing.T) {
	document, err := rulesfile.Parse("rules.yaml", sample.Rules)
	require.NoError(t, err)

	t.Run("they fit together", func(t *testing.T) {
		_, err := document.RuleSet("rules.yaml")
		require.NoError(t, err)
	})
	t.Run("they leave the months before the sample alone", func(t *testing.T) {
		versions, err := document.Versions("system", time.Now())
		require.NoError(t, err)
		kinds := map[allocation.RuleKind]int{}
		for _, version := range versions {
			from, until := version.Effective()
			require.Equal(t, sample.First.Start(), from, version.Subject())
			require.Zero(t, until)
			kinds[version.Kind]++
		}
		require.Equal(t, map[allocation.RuleKind]int{allocation.RuleKindMapping: 1, allocation.RuleKindPool: 6}, kinds)
	})
}

package tenancy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

func TestCheckID(t *testing.T) {
	for _, id := range []string{"a", "acme", "A.b_c-9", strings.Repeat("x", 128)} {
		require.NoError(t, tenancy.CheckID(id), id)
	}
	for _, id := range []string{"", "a b", "a/b", "@unallocated", "ünder", "a\n", strings.Repeat("x", 129)} {
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(tenancy.CheckID(id)), "%q", id)
	}
}

func TestParsePlan(t *testing.T) {
	plan, err := tenancy.ParsePlan("premium")
	require.NoError(t, err)
	assert.Equal(t, tenancy.PlanPremium, plan)
	_, err = tenancy.ParsePlan("Premium")
	assert.ErrorContains(t, err, "free, standard, premium, enterprise", "the error lists what is allowed")
}

package rulesfile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// TestNothingDeclaredIsGoneUnseen takes each declared property that AWS returns away, one at a time. What is
// fixed when a resource is made cannot go, what is write-only need not be there, and a choice of nothing in
// particular is as good as none; all else must be missed.
func TestNothingDeclaredIsGoneUnseen(t *testing.T) {
	detector := awsDetector(t)
	gone, unseen := 0, []string{}
	for name, pair := range awsCases(t) {
		if len(pair.drifts) > 0 || pair.subject.Schema == nil {
			continue
		}
		schema := pair.subject.Schema
		if !slices.ContainsFunc(schema.ReadOnly, func(key string) bool { return !pair.actual.Get(key).IsMissing() }) {
			continue // who knows what was read
		}
		for key, value := range pair.desired.Members() {
			about := func(path string) bool { return path == key || strings.HasPrefix(path, key+".") }
			if pair.actual.Get(key).IsMissing() || value.IsEmpty() || slices.ContainsFunc(slices.Concat(schema.CreateOnly, schema.WriteOnly), about) ||
				slices.Contains([]string{"false", "0", `"OFF"`, `"NONE"`, `"DISABLED"`, `"off"`}, value.String()) {
				continue
			}
			var left []document.Member
			for other, value := range pair.actual.Members() {
				if other != key {
					left = append(left, document.Member{Key: other, Value: value})
				}
			}
			gone++
			without := pair
			without.actual = document.ObjectValue(left...)
			if len(without.drifted(t, detector)) == 0 {
				unseen = append(unseen, name+" "+key)
			}
		}
	}
	t.Logf("%d properties gone, %d unseen", gone, len(unseen))
	require.Greater(t, gone, 100)
	assert.Empty(t, unseen)
}

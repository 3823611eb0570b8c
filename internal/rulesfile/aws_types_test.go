package rulesfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// awsCases are pairs in testdata/aws, a file per field of services: what is declared, what comes back by the
// documentation of the service and of its resource schema, and the paths that differ in meaning.
func awsCases(t testing.TB) map[string]awsPair {
	files, err := filepath.Glob("testdata/aws/*.yaml")
	require.NoError(t, err)
	cases := make(map[string]awsPair)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		list, err := rulesfile.ParseConfiguration(file, text)
		require.NoError(t, err)
		for _, one := range list.Elements() {
			pair := awsPair{desired: one.Get("declared"), actual: one.Get("live"), drifts: []string{}}
			pair.subject.ResourceType = one.Get("type").Text()
			if schema := one.Get("schema"); !schema.IsMissing() {
				pair.subject.Schema, err = drift.ParseSchema(schema)
				require.NoError(t, err)
			}
			for _, path := range one.Get("drifts").Elements() {
				pair.drifts = append(pair.drifts, path.Text())
			}
			name := pair.subject.ResourceType + ": " + one.Get("about").Text()
			require.NotContains(t, cases, name)
			cases[name] = pair
		}
	}
	return cases
}

func TestWhatAWSReturnsByType(t *testing.T) {
	detector := awsDetector(t)
	for name, pair := range awsCases(t) {
		t.Run(name, func(t *testing.T) {
			assert.ElementsMatch(t, pair.drifts, pair.drifted(t, detector))
		})
	}
}

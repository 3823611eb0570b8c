package rulesfile_test

import (
	"bufio"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// awsPair is a resource as it is declared and as AWS returns it.
type awsPair struct {
	subject         drift.Subject
	desired, actual document.Value
	// drifts are the paths that differ in meaning, in order.
	drifts []string
}

// awsPairs are invented from what the documentation of each service says that it returns.
func awsPairs(t testing.TB) []awsPair {
	file, err := os.Open("testdata/aws-pairs.jsonl")
	require.NoError(t, err)
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	var pairs []awsPair
	for lines.Scan() {
		line, err := document.ParseString(lines.Text())
		require.NoError(t, err)
		pair := awsPair{desired: line.Get("desired"), actual: line.Get("actual"), drifts: []string{}}
		pair.subject.ResourceType = line.Get("resource_type").Text()
		if schema := line.Get("schema"); !schema.IsMissing() {
			pair.subject.Schema, err = drift.ParseSchema(schema)
			require.NoError(t, err)
		}
		for _, path := range line.Get("drifts").Elements() {
			pair.drifts = append(pair.drifts, path.Text())
		}
		pairs = append(pairs, pair)
	}
	require.NoError(t, lines.Err())
	return pairs
}

func awsDetector(t testing.TB) *drift.Detector {
	detector, err := drift.NewDetector(rulesfile.BuiltIn()...)
	require.NoError(t, err)
	return detector
}

func (p awsPair) drifted(t testing.TB, detector *drift.Detector) []string {
	finding, err := detector.Compare(p.subject, p.desired, p.actual)
	require.NoError(t, err)
	paths := []string{}
	for _, change := range finding.Changes {
		paths = append(paths, change.Path.String())
	}
	return paths
}

func TestWhatAWSMakesOfDeclarations(t *testing.T) {
	detector := awsDetector(t)
	for _, pair := range awsPairs(t) {
		t.Run(pair.subject.ResourceType, func(t *testing.T) {
			assert.Equal(t, pair.drifts, pair.drifted(t, detector))
		})
	}
}

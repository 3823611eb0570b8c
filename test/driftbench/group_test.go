package driftbench

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/josephburnett/jd/v2"
	r3 "github.com/r3labs/diff/v3"
	"github.com/stretchr/testify/require"
	"github.com/wI2L/jsondiff"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

const (
	rules   = 200
	changes = 3
)

func detector(tb testing.TB) *drift.Detector {
	detector, err := drift.NewDetector(drift.WithMode(drift.Exact), drift.WithRules(drift.Rules{
		Collections: []drift.CollectionRule{{Scope: drift.Scope{Path: "SecurityGroupIngress"}, As: drift.Set}},
	}))
	require.NoError(tb, err)
	return detector
}

// omnicloud decodes both documents and makes the records.
func omnicloud(tb testing.TB, detector *drift.Detector, desired, actual []byte) int {
	a, err := document.Parse(desired)
	require.NoError(tb, err)
	b, err := document.Parse(actual)
	require.NoError(tb, err)
	records, err := detector.DetectResourceDrift(drift.Subject{ResourceType: "AWS::EC2::SecurityGroup"}, a, b)
	require.NoError(tb, err)
	return len(records)
}

func decoded(tb testing.TB, text []byte) any {
	var value any
	require.NoError(tb, json.Unmarshal(text, &value))
	return value
}

func TestThreeChangesAreThreeRecords(t *testing.T) {
	for seed := range uint64(20) {
		desired, actual := group(rules, changes, seed)
		require.Equal(t, changes, omnicloud(t, detector(t), desired, actual))
	}
}

// TestAGroupTakesLittleLongerThanDecodingIt bounds what finding drift costs, measured side by side so
// that a busy machine slows both. The best of several rounds counts.
func TestAGroupTakesLittleLongerThanDecodingIt(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for some seconds")
	}
	desired, actual := group(rules, changes, 1)
	d := detector(t)
	best := 100.0
	for range 5 {
		decoding := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				decoded(b, desired)
				decoded(b, actual)
			}
		})
		comparing := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				omnicloud(b, d, desired, actual)
			}
		})
		best = min(best, float64(comparing.NsPerOp())/float64(decoding.NsPerOp()))
	}
	require.LessOrEqual(t, best, 1.6)
	t.Logf("decoding and comparing takes %.2f times as long as encoding/json takes to decode both", best)
}

// Benchmarks report what each library finds, since a fast answer may be a useless one.
func BenchmarkSecurityGroup(b *testing.B) {
	desired, actual := group(rules, changes, 1)
	run := func(name string, find func() int) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			found := 0
			for b.Loop() {
				found = find()
			}
			b.ReportMetric(float64(found), "records")
		})
	}
	run("decoding-alone", func() int {
		decoded(b, desired)
		decoded(b, actual)
		return 0
	})
	d := detector(b)
	run("omnicloud", func() int { return omnicloud(b, d, desired, actual) })
	run("jd", func() int {
		a, err := jd.ReadJsonString(string(desired))
		require.NoError(b, err)
		c, err := jd.ReadJsonString(string(actual))
		require.NoError(b, err)
		return len(a.Diff(c, jd.SET))
	})
	run("jsondiff", func() int {
		patch, err := jsondiff.CompareJSON(desired, actual, jsondiff.Equivalent())
		require.NoError(b, err)
		return len(patch)
	})
	run("r3labs", func() int {
		log, err := r3.Diff(decoded(b, desired), decoded(b, actual))
		require.NoError(b, err)
		return len(log)
	})
	run("go-cmp", func() int {
		var reporter counter
		cmp.Equal(decoded(b, desired), decoded(b, actual), cmp.Reporter(&reporter))
		return reporter.differing
	})
}

// counter counts the leaves that go-cmp calls different.
type counter struct{ differing int }

func (c *counter) PushStep(cmp.PathStep) {}
func (c *counter) PopStep()              {}
func (c *counter) Report(result cmp.Result) {
	if !result.Equal() {
		c.differing++
	}
}

package rulesfile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// FuzzCompare holds whatever may be declared against whatever may be read, by all packs: nothing makes a
// comparison fail, a resource has not drifted from itself, a glance sees what a comparison finds, and
// every record says where in a way that can be read back.
func FuzzCompare(f *testing.F) {
	types := []string{"", "AWS::EC2::SecurityGroup", "AWS::IAM::Role", "AWS::WAFv2::WebACL", "aws_instance", "Kubernetes::apps::Deployment"}
	for i, pair := range awsPairs(f) {
		f.Add(pair.desired.String(), pair.actual.String(), uint8(i))
	}
	var detectors []*drift.Detector
	for _, mode := range []drift.Mode{drift.Exact, drift.Declared} {
		redactor := secrecy.Redactor{}
		detector, err := drift.NewDetector(append(rulesfile.BuiltIn(), drift.WithMode(mode), drift.WithJudge(judgement.Judge{Secrets: redactor}), drift.WithRedactor(redactor))...)
		require.NoError(f, err)
		detectors = append(detectors, detector)
	}
	f.Fuzz(func(t *testing.T, declared, live string, kind uint8) {
		desired, err := document.ParseString(declared)
		if err != nil {
			return
		}
		actual, err := document.ParseString(live)
		if err != nil {
			return
		}
		subject := drift.Subject{ResourceID: "r", ResourceType: types[int(kind)%len(types)]}
		for _, detector := range detectors {
			same, err := detector.DetectResourceDrift(subject, desired, desired)
			require.NoError(t, err)
			require.Empty(t, same)
			records, err := detector.DetectResourceDrift(subject, desired, actual)
			require.NoError(t, err)
			differs, err := detector.Differs(subject, desired, actual)
			require.NoError(t, err)
			require.Equal(t, len(records) > 0, differs)
			for _, record := range records {
				_, err := configpath.Parse(record.ConfigPath)
				require.NoError(t, err)
				require.True(t, record.Severity.Valid())
			}
		}
	})
}

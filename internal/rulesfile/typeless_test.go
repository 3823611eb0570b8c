package rulesfile_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

func TestFirewallRulesHaveNoOrderInDocumentsWithoutAType(t *testing.T) {
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(), drift.WithMode(drift.Exact))...)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		desired, actual string
		want            []string
	}{
		"ingress, with ports as texts": {
			`{"ingress":[{"port":"443","cidr":"10.0.0.0/8"},{"port":22,"cidr":"10.0.0.0/16"}]}`,
			`{"ingress":[{"port":"22","cidr":"10.0.0.0/16"},{"port":443,"cidr":"10.0.0.0/8"}]}`, nil,
		},
		"one changed rule of nested groups": {
			`{"security_groups":[{"name":"a","rules":[{"port":1},{"port":2}]},{"name":"b","rules":[{"port":3,"cidr":"x"},{"port":4,"cidr":"y"}]}]}`,
			`{"security_groups":[{"name":"b","rules":[{"port":4,"cidr":"z"},{"port":3,"cidr":"x"}]},{"name":"a","rules":[{"port":2},{"port":1}]}]}`,
			[]string{"security_groups[1].rules[1].cidr"},
		},
		"the same the other way around": {
			`{"security_groups":[{"name":"b","rules":[{"port":4,"cidr":"z"},{"port":3,"cidr":"x"}]},{"name":"a","rules":[{"port":2},{"port":1}]}]}`,
			`{"security_groups":[{"name":"a","rules":[{"port":1},{"port":2}]},{"name":"b","rules":[{"port":3,"cidr":"x"},{"port":4,"cidr":"y"}]}]}`,
			[]string{"security_groups[0].rules[0].cidr"},
		},
		"an added rule by its position in the live list": {`{"egress_rules":[{"port":1}]}`, `{"egress_rules":[{"port":9},{"port":1}]}`, []string{"egress_rules[0]"}},
		"a removed one by its position in the declared":  {`{"egress_rules":[{"port":9},{"port":1}]}`, `{"egress_rules":[{"port":1}]}`, []string{"egress_rules[0]"}},
		"steps keep their order":                         {`{"steps":["a","b"]}`, `{"steps":["b","a"]}`, []string{"steps[0]", "steps[1]"}},
	} {
		t.Run(name, func(t *testing.T) {
			desired, err := document.ParseString(test.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(test.actual)
			require.NoError(t, err)
			finding, err := detector.Compare(drift.Subject{}, desired, actual)
			require.NoError(t, err)
			var paths []string
			for _, change := range finding.Changes {
				paths = append(paths, change.Path.String())
			}
			assert.Equal(t, test.want, paths)
		})
	}
}

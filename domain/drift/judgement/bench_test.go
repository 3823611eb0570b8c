package judgement_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

// BenchmarkLargeGroup judges and redacts 3 changes of a security group of 200 rules, beside the time
// that decoding both documents takes.
func BenchmarkLargeGroup(b *testing.B) {
	var before, after []string
	for i := range 200 {
		rule := fmt.Sprintf(`{"description":"rule %d","protocol":"tcp","from_port":%d,"to_port":%d,"cidr_blocks":["10.%d.0.0/16"]}`, i, 1000+i, 1000+i, i)
		before = append(before, rule)
		if i%70 == 3 {
			rule = strings.Replace(rule, "10.", "11.", 1)
		}
		after = append(after, rule)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(after), func(i, j int) { after[i], after[j] = after[j], after[i] })
	desired, actual := group(before...), group(after...)
	old, fresh := document.Value{}, document.Value{}
	decode := func() {
		var err error
		old, err = document.ParseString(desired)
		require.NoError(b, err)
		fresh, err = document.ParseString(actual)
		require.NoError(b, err)
	}
	unordered := drift.WithPack(drift.Rules{Collections: []drift.CollectionRule{{Scope: drift.Scope{Path: "ingress"}, As: drift.Set}}})
	b.Run("decode", func(b *testing.B) {
		for b.Loop() {
			decode()
		}
	})
	decode()
	for name, options := range map[string][]drift.Option{
		"compare":                  {unordered},
		"compare-judge-and-redact": {unordered, drift.WithJudge(judgement.Judge{}), drift.WithRedactor(secrecy.Redactor{})},
	} {
		detector, err := drift.NewDetector(options...)
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				records, err := detector.DetectResourceDrift(drift.Subject{ResourceType: "aws_security_group"}, old, fresh)
				require.NoError(b, err)
				require.Len(b, records, 3)
			}
		})
	}
}

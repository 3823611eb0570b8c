package services

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// TestDriftOfTheSample holds the engine with its built-in rules against the sample: what was changed
// is found and judged as it was meant, and all else (spelling, order, what a provider adds) stays
// silent.
func TestDriftOfTheSample(t *testing.T) {
	redactor := secrecy.Redactor{Key: secrecy.Key("a key for the tags of hidden values")}
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(),
		drift.WithJudge(judgement.Judge{Secrets: redactor}), drift.WithRedactor(redactor))...)
	require.NoError(t, err)
	worst := map[string]drift.Severity{}
	paths := map[string][]string{}
	for _, state := range sample.New(sample.DefaultSeed).States {
		if !state.Readable() {
			continue
		}
		records, err := detector.ScanResource(state)
		require.NoError(t, err)
		for _, record := range records {
			paths[state.ID] = append(paths[state.ID], record.ConfigPath)
			if worst[state.ID] == "" || record.Severity.AtLeast(worst[state.ID]) {
				worst[state.ID] = record.Severity
			}
		}
	}
	require.ElementsMatch(t, []string{
		"vm-dune-1", "bkt-kestrel-3", "vpc-willow", "vm-acme-1", "vm-kestrel-2", "vm-pinnacle-1", "db-meridian-3",
		"bkt-borealis-4", "db-borealis-3", "role-ember", "sg-granite", "bkt-finch-2", "sg-meridian", "sg-umbra",
		"vm-vertex-1", "vm-unknown-7f3a",
	}, slices.Collect(maps.Keys(worst)), "%v", paths)
	for id, severity := range map[string]drift.Severity{
		"vm-dune-1": drift.Cosmetic, "vpc-willow": drift.Cosmetic, "vm-acme-1": drift.Functional,
		"bkt-borealis-4": drift.Security, "db-borealis-3": drift.Security, "sg-granite": drift.Security,
		"sg-meridian": drift.Critical, "sg-umbra": drift.Critical,
	} {
		require.Equal(t, severity, worst[id], "%s: %v", id, paths[id])
	}
}

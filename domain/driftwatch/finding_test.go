package driftwatch_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

func record(resource, path, desired, actual string, severity drift.Severity) drift.Record {
	return drift.Record{
		ID: "random", ResourceID: resource, ResourceType: "vm", TenantID: "acme", Type: drift.ValueChanged, Severity: severity,
		ConfigPath: path, DesiredValue: json.RawMessage(desired), ActualValue: json.RawMessage(actual),
	}
}

func TestOneCauseIsOneGroup(t *testing.T) {
	renamed := driftwatch.NewFinding(record("vm-1", "tags[0].team", `"a"`, `"by hand"`, drift.Cosmetic))
	for name, c := range map[string]struct {
		other drift.Record
		same  bool
	}{
		"another resource":                    {record("vm-2", "tags[0].team", `"a"`, `"by hand"`, drift.Cosmetic), true},
		"another position in a list":          {record("vm-2", "tags[7].team", `"a"`, `"by hand"`, drift.Cosmetic), true},
		"another declared value":              {record("vm-2", "tags[0].team", `"b"`, `"by hand"`, drift.Cosmetic), true},
		"another live value":                  {record("vm-2", "tags[0].team", `"a"`, `"by a script"`, drift.Cosmetic), false},
		"another place":                       {record("vm-2", "tags[0].name", `"a"`, `"by hand"`, drift.Cosmetic), false},
		"another severity":                    {record("vm-2", "tags[0].team", `"a"`, `"by hand"`, drift.Security), false},
		"a key whose name holds the brackets": {record("vm-2", `tags["0"].team`, `"a"`, `"by hand"`, drift.Cosmetic), false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.same, driftwatch.NewFinding(c.other).Cause == renamed.Cause)
		})
	}
	t.Run("resources that were deleted are one group, whatever they were like", func(t *testing.T) {
		gone := func(desired string) string {
			missing := record("vm", "", desired, "", drift.Functional)
			missing.Type, missing.ActualValue = drift.ResourceMissing, nil
			return driftwatch.NewFinding(missing).Cause
		}
		require.Equal(t, gone(`{"a":1}`), gone(`{"a":2}`))
	})
}

func TestLawDriftIsKnownAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			return fmt.Sprintf("%q", rapid.SampledFrom([]string{"a", "b", "ab"}).Draw(t, name))
		}
		one := record("vm-1", "p", draw("desired"), draw("actual"), drift.Functional)
		other := record("vm-1", "p", draw("other desired"), draw("other actual"), drift.Functional)
		other.ID = "another"
		first, second := driftwatch.NewFinding(one), driftwatch.NewFinding(other)
		require.Equal(t, first.Record.ID, second.Record.ID, "the same place is the same drift")
		same := string(one.DesiredValue) == string(other.DesiredValue) && string(one.ActualValue) == string(other.ActualValue)
		require.Equal(t, same, first.Fingerprint == second.Fingerprint, "with the same values it is no news")
		require.Equal(t, first, driftwatch.NewFinding(first.Record), "named again it keeps its name")
	})
}

func TestEscalations(t *testing.T) {
	ref := driftwatch.ScanRef{TenantID: "acme", ScanID: "s"}
	var records []drift.Record
	for i := range 60 {
		records = append(records, record("vm-1", fmt.Sprintf("p%d", i), `1`, `2`, drift.Security))
	}
	records = append(records,
		record("vm-1", "q", `1`, `2`, drift.Critical), record("vm-2", "q", `1`, `2`, drift.Functional), record("vm-3", "q", `1`, `2`, drift.Security))
	messages, err := driftwatch.Escalations(ref, records, "corr")
	require.NoError(t, err)
	require.Len(t, messages, 2, "one a resource, and none of what does not touch security")
	var first drift.Escalation
	require.NoError(t, json.Unmarshal(messages[0].Payload, &first))
	require.Equal(t, "critical", first.Severity, "the gravest counts")
	require.Len(t, first.ConfigPaths, 50)
	require.NotEqual(t, messages[0].Key, messages[1].Key)
	again, err := driftwatch.Escalations(ref, records, "corr")
	require.NoError(t, err)
	require.Equal(t, messages, again, "told again, it is the same message")
}

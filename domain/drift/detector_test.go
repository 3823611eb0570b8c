package drift_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func TestRulesThatAreAdded(t *testing.T) {
	d := detector(t)
	desired, actual := `{"name":"A","ports":[1,2],"x":1}`, `{"name":"a","ports":[2,1],"x":2}`
	require.Len(t, changes(t, d, desired, actual), 4)
	require.NoError(t, d.RegisterComparator("name", func(a, b document.Value) bool { return strings.EqualFold(a.Text(), b.Text()) }))
	require.NoError(t, d.MarkFieldUnordered("ports"))
	assert.Equal(t, []string{"value_changed x: 1 → 2"}, changes(t, d, desired, actual))

	require.NoError(t, d.AddSeverityRule("vm", "x", drift.Security))
	require.NoError(t, d.AddSeverityRule("bucket", "x", drift.Cosmetic))
	records, err := d.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: "vm"}, doc(t, desired), doc(t, actual))
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, drift.Security, records[0].Severity)
	assert.False(t, records[0].AutoRemediable)

	for name, err := range map[string]error{
		"pattern":    d.MarkFieldUnordered("a..b"),
		"severity":   d.AddSeverityRule("vm", "x", "grave"),
		"comparator": d.RegisterComparator("x", nil),
	} {
		assert.True(t, fault.Is(err, fault.InvalidInput), name)
	}
}

func TestClassifyDriftSeverity(t *testing.T) {
	d := detector(t)
	require.NoError(t, d.AddSeverityRule("*", "tags", drift.Cosmetic))
	require.NoError(t, d.AddSeverityRule("security_group", "ingress_rules.*.port", drift.Security))
	for path, want := range map[string]drift.Severity{
		"tags.owner": drift.Cosmetic, "ingress_rules[3].port": drift.Security, "instance_type": drift.Functional,
	} {
		severity, err := d.ClassifyDriftSeverity(drift.Record{ResourceType: "security_group", ConfigPath: path})
		require.NoError(t, err)
		assert.Equal(t, want, severity, path)
	}
	_, err := d.ClassifyDriftSeverity(drift.Record{ConfigPath: "a..b"})
	assert.True(t, fault.Is(err, fault.InvalidInput))
}

// verdicts is a Judge with an answer for every change.
type verdicts drift.Severity

func (v verdicts) Judge(f drift.Finding) []drift.Severity {
	severities := make([]drift.Severity, len(f.Changes))
	for i := range severities {
		severities[i] = drift.Severity(v)
	}
	return severities
}

// stars is a Redactor that knows no mercy.
type stars struct{}

func (stars) Redact(f *drift.Finding) {
	for i := range f.Changes {
		f.Changes[i].Desired, f.Changes[i].Actual = document.TextValue("***"), document.TextValue("***")
	}
}

func TestJudgeAndRedactorSpeakBeforeARecordIsMade(t *testing.T) {
	rules := drift.Rules{
		Severity:  []drift.SeverityRule{{Scope: at("b"), Severity: drift.Cosmetic}},
		Sensitive: []drift.SensitiveRule{{at("a")}},
	}
	detect := func(judged drift.Severity) []drift.Record {
		d := detector(t, drift.WithRules(rules), drift.WithJudge(verdicts(judged)), drift.WithRedactor(stars{}))
		records, err := d.DetectResourceDrift(drift.Subject{}, doc(t, `{"a":"x","b":1}`), doc(t, `{"a":"y","b":2}`))
		require.NoError(t, err)
		require.Len(t, records, 2)
		return records
	}
	records := detect(drift.Security)
	assert.JSONEq(t, `"***"`, string(records[0].ActualValue))
	assert.Equal(t, drift.Security, records[0].Severity)
	assert.Equal(t, drift.Cosmetic, records[1].Severity, "a rule of the user stands above the judge")
	assert.Equal(t, drift.Critical, detect(drift.Critical)[1].Severity, "but not where the world may enter")

	d := detector(t, drift.WithRules(rules))
	finding, err := d.Compare(drift.Subject{}, doc(t, `{"a":{"p":"x"}}`), doc(t, `{"a":{"p":"y"}}`))
	require.NoError(t, err)
	assert.True(t, finding.Changes[0].Sensitive)
	assert.Len(t, finding.Secrets, 2)
}

func TestGenerateRemediationPlan(t *testing.T) {
	plan := detector(t).GenerateRemediationPlan([]drift.Record{
		{ResourceID: "b", Type: drift.ValueChanged, Severity: drift.Functional, ConfigPath: "size", DesiredValue: []byte("2"), ActualValue: []byte("3"), AutoRemediable: true},
		{ResourceID: "a", Type: drift.ValueChanged, Severity: drift.Security, ConfigPath: "port", DesiredValue: []byte("22")},
		{ResourceID: "b", Type: drift.KeyAdded, Severity: drift.Cosmetic, ConfigPath: "tags.x", ActualValue: []byte("1"), AutoRemediable: true},
		{ResourceID: "c", Type: drift.ResourceMissing, Severity: drift.Functional, DesiredValue: []byte("{}")},
		{ResourceID: "d", Type: drift.ResourceExtra, Severity: drift.Functional, ActualValue: []byte("{}")},
	})
	require.Len(t, plan, 4)
	assert.Equal(t, "b", plan[0].ResourceID)
	assert.False(t, plan[0].RequiresApproval)
	assert.JSONEq(t, "2", string(plan[0].ConfigChanges["size"]))
	assert.JSONEq(t, "null", string(plan[0].ConfigChanges["tags.x"]))
	for i, want := range []drift.ActionType{drift.ActionUpdate, drift.ActionCreate, drift.ActionDelete} {
		assert.Equal(t, want, plan[i+1].Type)
		assert.True(t, plan[i+1].RequiresApproval)
	}
}

// pages is an inventory of two pages.
type pages struct{ bad string }

func (p pages) Resources(_ context.Context, filter infra.ResourceFilter, cursor string) (infra.ResourcePage, error) {
	if cursor == "" {
		return infra.ResourcePage{Next: "2", Resources: []infra.Resource{{ID: "a", Type: "vm", TenantID: filter.TenantID, Desired: []byte(`{"x":1}`), Actual: []byte(`{"x":2}`)}}}, nil
	}
	return infra.ResourcePage{Resources: []infra.Resource{{ID: "b", Desired: []byte(`{}`), Actual: []byte(p.bad)}, {ID: "c", Actual: []byte(`{}`)}}}, nil
}

func TestScanTenantResources(t *testing.T) {
	now := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	d := detector(t, drift.WithInventory(pages{bad: "{}"}), drift.WithClock(func() time.Time { return now }))
	report, err := d.ScanTenantResources(t.Context(), "acme", nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b", "c"}, report.ResourceIDs)
	require.Len(t, report.Drifts, 2)
	assert.Equal(t, "acme", report.Drifts[0].TenantID)
	assert.Equal(t, drift.ResourceExtra, report.Drifts[1].Type)
	assert.Equal(t, map[drift.Severity]int{drift.Cosmetic: 0, drift.Functional: 2, drift.Security: 0, drift.Critical: 0}, report.Summary)
	assert.Equal(t, now, report.CompletedAt)

	_, err = detector(t, drift.WithInventory(pages{bad: "{"})).ScanTenantResources(t.Context(), "acme", nil)
	assert.True(t, fault.Is(err, fault.Upstream))
	assert.ErrorContains(t, err, "the actual configuration of resource b cannot be read")
}

func TestScanResourceThatCannotBeRead(t *testing.T) {
	_, err := detector(t).ScanResource(infra.Resource{ID: "a", Type: "vm", Desired: []byte(`{"x":1}`), Unreadable: "access denied"})
	require.True(t, fault.Is(err, fault.Unavailable), "it is not missing: %v", err)
}

package judgement_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
)

func parse(t *testing.T, text string) document.Value {
	t.Helper()
	value, err := document.ParseString(text)
	require.NoError(t, err, text)
	return value
}

func detector(t *testing.T, options ...drift.Option) *drift.Detector {
	t.Helper()
	unordered := drift.Rules{Collections: []drift.CollectionRule{{Scope: drift.Scope{Path: "**.ingress"}, As: drift.Set}, {Scope: drift.Scope{Path: "**.cidr_blocks"}, As: drift.Set}}}
	options = append([]drift.Option{drift.WithMode(drift.Exact), drift.WithPack(unordered), drift.WithJudge(judgement.Judge{})}, options...)
	detector, err := drift.NewDetector(options...)
	require.NoError(t, err)
	return detector
}

// severities compares and returns "path severity" lines.
func severities(t *testing.T, kind, desired, actual string, options ...drift.Option) []string {
	t.Helper()
	records, err := detector(t, options...).DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: kind}, parse(t, desired), parse(t, actual))
	require.NoError(t, err)
	lines := []string{}
	for _, record := range records {
		lines = append(lines, record.ConfigPath+" "+string(record.Severity))
	}
	return lines
}

const (
	ssh   = `{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8"]}`
	https = `{"protocol":"tcp","from_port":443,"to_port":443,"cidr_blocks":["0.0.0.0/0"]}`
)

func group(rules ...string) string {
	return `{"name":"g","tags":{"a":"1"},"ingress":[` + strings.Join(rules, ",") + `]}`
}

func TestOnlyWhatOpensIsCritical(t *testing.T) {
	for name, testCase := range map[string]struct {
		kind, desired, actual string
		want                  []string
	}{
		"a rule for the world is added": {
			"aws_security_group", group(ssh, https), group(https, strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/0", 1), ssh),
			[]string{"ingress[1] critical"},
		},
		"a rule is opened to the world, beside a tag": {
			"aws_security_group", group(ssh, https), strings.Replace(group(https, strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/0", 1)), `"1"`, `"2"`, 1),
			[]string{"ingress[0].cidr_blocks[0] critical", "tags.a functional"},
		},
		"another port of a public rule": {
			"aws_security_group", group(ssh, https), group(strings.Replace(https, `"from_port":443`, `"from_port":442`, 1), ssh),
			[]string{"ingress[1].from_port critical"},
		},
		"another port of a private rule": {
			"aws_security_group", group(ssh, https), group(https, strings.Replace(ssh, `"to_port":22`, `"to_port":23`, 1)),
			[]string{"ingress[0].to_port security"},
		},
		"a public rule is closed":      {"aws_security_group", group(ssh, https), group(ssh), []string{"ingress[1] security"}},
		"a public rule that was there": {"aws_security_group", group(ssh, https), group(https, ssh), []string{}},
		"a public rule with another text": {
			"aws_security_group", group(strings.Replace(https, "{", `{"description":"a",`, 1)), group(strings.Replace(https, "{", `{"description":"b",`, 1)),
			[]string{"ingress[0].description functional"},
		},
		"both halves of the world are to blame": {
			"aws_security_group", group(ssh),
			group(ssh, strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/1", 1), strings.Replace(ssh, "10.0.0.0/8", "128.0.0.0/1", 1)),
			[]string{"ingress[1] critical", "ingress[2] critical"},
		},
		"one half of the world": {
			"aws_security_group", group(ssh), group(ssh, strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/1", 1)), []string{"ingress[1] security"},
		},
		"a rule that closes for one that opens": {
			"aws_security_group", group(ssh, https), group(ssh, strings.ReplaceAll(https, "443", "8443")),
			[]string{"ingress[1].from_port critical", "ingress[1].to_port critical"},
		},
		"a database for everybody": {"aws_db_instance", `{"publicly_accessible":false,"class":"a"}`, `{"publicly_accessible":true,"class":"b"}`, []string{"class functional", "publicly_accessible critical"}},
		"encryption off":           {"aws_db_instance", `{"storage_encrypted":true}`, `{"storage_encrypted":false}`, []string{"storage_encrypted security"}},
		"a policy for everybody": {
			"AWS::S3::BucketPolicy", `{"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"1"},"Action":"s3:GetObject","Resource":"*"}]}}`,
			`{"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject","Resource":"*"}]}}`,
			[]string{"PolicyDocument.Statement[0].Principal.AWS critical"},
		},
		"a resource that nobody declared and that is open": {"aws_security_group", `null`, group(https), []string{" critical"}},
		"a resource that nobody declared":                  {"aws_instance", `null`, `{"a":1}`, []string{" functional"}},
		"a secret in a tag":                                {"t", `{"password":"hunter2hunter2","tags":{}}`, `{"password":"hunter2hunter2","tags":{"a":"hunter2hunter2"}}`, []string{"tags.a critical"}},
		"another password":                                 {"t", `{"password":"hunter2hunter2"}`, `{"password":"hunter3hunter3"}`, []string{"password security"}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, testCase.want, severities(t, testCase.kind, testCase.desired, testCase.actual))
		})
	}
}

func TestRulesOfTheUserStandButForTheCritical(t *testing.T) {
	cosmetic := drift.WithRules(drift.Rules{Severity: []drift.SeverityRule{{Scope: drift.Scope{Path: "ingress.**"}, Severity: drift.Cosmetic}}})
	assert.Equal(t, []string{"ingress[0].to_port cosmetic"},
		severities(t, "aws_security_group", group(ssh), group(strings.Replace(ssh, `"to_port":22`, `"to_port":23`, 1)), cosmetic))
	assert.Equal(t, []string{"ingress[1] critical"}, severities(t, "aws_security_group", group(ssh), group(ssh, https), cosmetic))
}

func TestARecordThatStandsAloneIsJudged(t *testing.T) {
	for name, testCase := range map[string]struct {
		record drift.Record
		want   drift.Severity
	}{
		"the world is let in": {drift.Record{Type: drift.ValueChanged, ConfigPath: "ingress[3].cidr_blocks[1]", DesiredValue: json.RawMessage(`"10.0.0.0/8"`), ActualValue: json.RawMessage(`"0.0.0.0/0"`)}, drift.Critical},
		"a rule is added":     {drift.Record{Type: drift.KeyAdded, ConfigPath: "ingress[7]", ActualValue: json.RawMessage(`{"from_port":22,"to_port":22,"protocol":"tcp","cidr_blocks":["::/0"]}`)}, drift.Critical},
		"a rule is removed":   {drift.Record{Type: drift.KeyRemoved, ConfigPath: "ingress[7]", DesiredValue: json.RawMessage(`{"from_port":22,"to_port":22,"protocol":"tcp","cidr_blocks":["::/0"]}`)}, drift.Security},
		"something else":      {drift.Record{Type: drift.ValueChanged, ConfigPath: "size", DesiredValue: json.RawMessage(`1`), ActualValue: json.RawMessage(`2`)}, drift.Functional},
	} {
		t.Run(name, func(t *testing.T) {
			testCase.record.ResourceType = "aws_security_group"
			got, err := detector(t).ClassifyDriftSeverity(testCase.record)
			require.NoError(t, err)
			assert.Equal(t, testCase.want, got)
		})
	}
}

// TestLargeResourcesAreJudgedLikeSmallOnes hides a change among rules that stay the same.
func TestLargeResourcesAreJudgedLikeSmallOnes(t *testing.T) {
	var same []string
	for i := range 100 {
		same = append(same, fmt.Sprintf(`{"protocol":"tcp","from_port":%d,"to_port":%d,"cidr_blocks":["10.0.0.0/8"]}`, 1000+i, 1000+i))
	}
	all := `{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}`
	numbered := func(number int, action string) string {
		return fmt.Sprintf(`{"rule_no":%d,"action":%q,"protocol":"tcp","from_port":22,"to_port":22,"cidr_block":"0.0.0.0/0"}`, number, action)
	}
	for name, testCase := range map[string]struct {
		kind          string
		before, after []string
		want          []string
	}{
		"a rule is opened":              {"aws_security_group", []string{ssh}, []string{strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/0", 1)}, []string{"ingress[100].cidr_blocks[0] critical"}},
		"a rule is closed":              {"aws_security_group", []string{https}, nil, []string{"ingress[100] security"}},
		"a rule that another contained": {"aws_security_group", []string{all, ssh}, []string{all, strings.Replace(ssh, "10.0.0.0/8", "0.0.0.0/0", 1)}, []string{"ingress[101].cidr_blocks[0] security"}},
		"a deny that goes":              {"aws_network_acl", []string{numbered(90, "deny"), numbered(100, "allow")}, []string{numbered(100, "allow")}, []string{"ingress[100] critical"}},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := append(slices.Clone(same), testCase.before...), append(slices.Clone(same), testCase.after...)
			assert.Equal(t, testCase.want, severities(t, testCase.kind, group(before...), group(after...)))
		})
	}
}

func TestManyChangesAreJudgedTogether(t *testing.T) {
	var before, after []string
	for i := range 60 {
		rule := strings.ReplaceAll(ssh, "22", "1"+strings.Repeat("0", 1)+string(rune('0'+i%10))+string(rune('0'+i/10)))
		before = append(before, rule)
		after = append(after, strings.Replace(rule, "10.0.0.0/8", "0.0.0.0/0", 1))
	}
	got := severities(t, "aws_security_group", group(before...), strings.Replace(group(after...), `"name":"g"`, `"name":"h"`, 1))
	require.Len(t, got, 61)
	assert.Equal(t, 60, strings.Count(strings.Join(got, "\n"), "critical"))
	assert.Contains(t, got, "name functional")
}

// TestJudgingGrowsWithTheDocument: four times as many changes need about four times the memory, not
// sixteen times.
func TestJudgingGrowsWithTheDocument(t *testing.T) {
	needed := func(changes int) uint64 {
		var desired, actual []document.Value
		for i := range changes {
			desired = append(desired, document.TextValue(fmt.Sprint("a", i)))
			actual = append(actual, document.TextValue(fmt.Sprint("b", i)))
		}
		list := func(items []document.Value) document.Value {
			return document.ObjectValue(document.Member{Key: "list", Value: document.ArrayValue(items...)})
		}
		d := detector(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		records, err := d.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: "t"}, list(desired), list(actual))
		runtime.ReadMemStats(&after)
		require.NoError(t, err)
		require.Len(t, records, changes)
		return after.TotalAlloc - before.TotalAlloc
	}
	require.Less(t, float64(needed(8000)), 8*float64(needed(2000)))
}

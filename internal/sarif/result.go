package sarif

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
)

// rules has one entry per severity, in the order of drift.Severities: a reader filters by how grave a
// difference is, not by which property it is of.
var rules = []rule{
	severityRule(drift.Cosmetic, "note", "1.0", "CosmeticDrift", "A name, tag or description differs from what is declared.",
		"Nothing behaves differently. Declare the live value, or let the change be undone."),
	severityRule(drift.Functional, "warning", "4.0", "FunctionalDrift", "A property that changes behaviour differs from what is declared.",
		"The resource does not run as declared. Undo the change, or declare it."),
	severityRule(drift.Security, "error", "7.5", "SecurityDrift", "A property that decides who may reach, read or do what differs from what is declared.",
		"Somebody changed access, encryption or identities outside of the declaration. Find out who and why before it is undone or declared."),
	severityRule(drift.Critical, "error", "9.5", "CriticalDrift", "Something is open to the world, or a secret in plain sight, that is not declared so.",
		"Close it at once; then find out since when it was open. A secret that was shown has to be replaced."),
}

func severityRule(severity drift.Severity, level, score, name, short, help string) rule {
	return rule{
		ID: "drift/" + string(severity), Name: name,
		ShortDescription: message{short}, FullDescription: message{short + " " + help}, Help: message{help},
		DefaultConfiguration: configuration{level},
		Properties:           ruleProperties{Tags: []string{"drift", "infrastructure"}, SecuritySeverity: score},
	}
}

func resultOf(record drift.Record, source string) result {
	index := 0
	for i, severity := range drift.Severities() {
		if severity == record.Severity {
			index = i
		}
	}
	full := record.ResourceID
	if record.ConfigPath != "" {
		full += ": " + record.ConfigPath
	}
	return result{
		RuleID: rules[index].ID, RuleIndex: index, Kind: "fail", Level: rules[index].DefaultConfiguration.Level,
		Message: message{sentence(record)},
		Locations: []location{{
			PhysicalLocation: physicalLocation{ArtifactLocation: artifactLocation{source}, Region: region{StartLine: 1}},
			LogicalLocations: []logicalLocation{{Name: nameOf(record), FullyQualifiedName: full, Kind: "resource"}},
		}},
		PartialFingerprints: map[string]string{"omnicloudDrift/v1": fingerprint(record)},
		Properties: resultProperties{
			ResourceID: record.ResourceID, ResourceType: record.ResourceType, TenantID: record.TenantID,
			DriftType: string(record.Type), Severity: string(record.Severity), ConfigPath: record.ConfigPath,
			DesiredValue: record.DesiredValue, ActualValue: record.ActualValue,
			Remediation: record.RemediationAction, AutoRemediate: record.AutoRemediable,
		},
	}
}

func nameOf(record drift.Record) string {
	if record.ConfigPath == "" {
		return record.ResourceID
	}
	return record.ConfigPath
}

// longestValue bounds a value within a message, in bytes; the properties have it whole.
const longestValue = 120

// sentence says what differs, in one line.
func sentence(record drift.Record) string {
	of := " of " + record.ResourceID
	switch record.Type {
	case drift.ResourceMissing:
		return record.ResourceID + " is declared and not there."
	case drift.ResourceExtra:
		return record.ResourceID + " is there and not declared."
	case drift.KeyAdded:
		return record.ConfigPath + of + " is not declared; live it is " + brief(record.ActualValue) + "."
	case drift.KeyRemoved:
		return record.ConfigPath + of + " is declared as " + brief(record.DesiredValue) + " and live it is not there."
	default:
		return record.ConfigPath + of + " is declared as " + brief(record.DesiredValue) + "; live it is " + brief(record.ActualValue) + "."
	}
}

func brief(value []byte) string {
	if len(value) <= longestValue {
		return string(value)
	}
	return strings.ToValidUTF8(string(value[:longestValue]), "") + "…"
}

// fingerprint stays the same from run to run while the same property of the same resource differs, so
// that a host knows an alert again, whatever the value.
func fingerprint(record drift.Record) string {
	sum := sha256.Sum256([]byte(record.TenantID + "\x00" + record.ResourceID + "\x00" + record.ConfigPath + "\x00" + string(record.Type)))
	return hex.EncodeToString(sum[:16])
}

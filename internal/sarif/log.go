// Package sarif writes drift in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS),
// which code hosts show beside the code.
package sarif

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
)

// The names and numbers of properties are those of the specification, section 3; optional ones that
// say nothing here are left out.
type (
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool       tool     `json:"tool"`
		ColumnKind string   `json:"columnKind"`
		Results    []result `json:"results"`
	}
	tool struct {
		Driver component `json:"driver"`
	}
	component struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
		Rules   []rule `json:"rules"`
	}
	rule struct {
		ID                   string         `json:"id"`
		Name                 string         `json:"name"`
		ShortDescription     message        `json:"shortDescription"`
		FullDescription      message        `json:"fullDescription"`
		Help                 message        `json:"help"`
		DefaultConfiguration configuration  `json:"defaultConfiguration"`
		Properties           ruleProperties `json:"properties"`
	}
	configuration struct {
		Level string `json:"level"`
	}
	ruleProperties struct {
		Tags []string `json:"tags"`
		// SecuritySeverity is what GitHub sorts alerts by: 0.0 to 10.0, as text.
		SecuritySeverity string `json:"security-severity"`
	}
	message struct {
		Text string `json:"text"`
	}
	result struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Kind                string            `json:"kind"`
		Level               string            `json:"level"`
		Message             message           `json:"message"`
		Locations           []location        `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Properties          resultProperties  `json:"properties"`
	}
	location struct {
		PhysicalLocation physicalLocation  `json:"physicalLocation"`
		LogicalLocations []logicalLocation `json:"logicalLocations"`
	}
	physicalLocation struct {
		ArtifactLocation artifactLocation `json:"artifactLocation"`
		Region           region           `json:"region"`
	}
	artifactLocation struct {
		URI string `json:"uri"`
	}
	region struct {
		StartLine int `json:"startLine"`
	}
	logicalLocation struct {
		Name               string `json:"name"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	resultProperties struct {
		ResourceID    string          `json:"resource_id"`
		ResourceType  string          `json:"resource_type,omitempty"`
		TenantID      string          `json:"tenant_id,omitempty"`
		DriftType     string          `json:"drift_type"`
		Severity      string          `json:"severity"`
		ConfigPath    string          `json:"config_path"`
		DesiredValue  json.RawMessage `json:"desired_value,omitempty"`
		ActualValue   json.RawMessage `json:"actual_value,omitempty"`
		Remediation   string          `json:"remediation_action"`
		AutoRemediate bool            `json:"auto_remediable"`
	}
)

// Write writes one run with a result per record, in their order. Source is the file that declares
// what was compared, version that of the program. Records carry no secrets, so neither does the log.
func Write(out io.Writer, version, source string, records []drift.Record) error {
	results := make([]result, len(records))
	for i, record := range records {
		results[i] = resultOf(record, uri(source))
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(log{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs: []run{{
			Tool:       tool{Driver: component{Name: "omnicloud-drift", Version: version, Rules: rules}},
			ColumnKind: "unicodeCodePoints",
			Results:    results,
		}},
	})
}

// uri writes a path as a reference that is relative to wherever the log is read, escaped as RFC 3986
// asks; standard input has no path.
func uri(path string) string {
	if path == "-" || path == "" {
		return "stdin"
	}
	path = filepath.ToSlash(filepath.Clean(path))
	var out strings.Builder
	for i := range len(path) {
		c := path[i]
		if c == '/' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out.WriteByte(c)
		} else {
			const digits = "0123456789ABCDEF"
			out.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	if strings.HasPrefix(path, "/") {
		return "file://" + out.String()
	}
	return out.String()
}

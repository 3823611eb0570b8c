package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// writeOne writes the outcome for one resource in the format asked for.
func (c *driftCommand) writeOne(out io.Writer, detector *drift.Detector, finding drift.Finding) error {
	var text []byte
	switch c.Format {
	case "sarif":
		return writeSARIF(out, c.Desired, detector.Records(finding))
	case "json":
		text = append(appendDrifts(nil, "", detector.Records(finding), finding.Approximate), '\n')
	default:
		text = describe(finding)
	}
	_, err := out.Write(text)
	return err
}

// appendDrifts appends a line of records.jsonl, without its end; an empty id is left out, and so are
// paths of lists that were paired near-optimally where there are none.
func appendDrifts(out []byte, id string, records []drift.Record, approximate []configpath.Path) []byte {
	out = append(out, '{')
	if id != "" {
		out = append(document.AppendText(append(out, `"id":`...), id), ',')
	}
	out = append(out, `"drifts":[`...)
	for i, record := range records {
		if i > 0 {
			out = append(out, ',')
		}
		out = document.AppendText(append(out, `{"config_path":`...), record.ConfigPath)
		out = document.AppendText(append(out, `,"drift_type":`...), string(record.Type))
		out = document.AppendText(append(out, `,"severity":`...), string(record.Severity))
		if record.DesiredValue != nil {
			out = append(append(out, `,"desired_value":`...), record.DesiredValue...)
		}
		if record.ActualValue != nil {
			out = append(append(out, `,"actual_value":`...), record.ActualValue...)
		}
		out = document.AppendText(append(out, `,"remediation_action":`...), record.RemediationAction)
		out = append(strconv.AppendBool(append(out, `,"auto_remediable":`...), record.AutoRemediable), '}')
	}
	out = append(out, `],"summary":{`...)
	counts := drift.Summarize(records)
	for i, severity := range drift.Severities() {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(document.AppendText(out, string(severity)), ':')
		out = strconv.AppendInt(out, int64(counts[severity]), 10)
	}
	out = append(out, '}')
	for i, path := range approximate {
		if i == 0 {
			out = append(out, `,"approximate":[`...)
		} else {
			out = append(out, ',')
		}
		out = document.AppendText(out, path.String())
	}
	if len(approximate) > 0 {
		out = append(out, ']')
	}
	return append(out, '}')
}

// describe writes a finding for people: the gravest first, each with both values.
func describe(finding drift.Finding) []byte {
	var out bytes.Buffer
	severities := drift.Severities()
	total := make(map[drift.Severity]int, len(severities))
	for i := len(severities) - 1; i >= 0; i-- {
		for _, change := range finding.Changes {
			if change.Severity == severities[i] {
				total[change.Severity]++
				describeChange(&out, change)
			}
		}
	}
	for _, path := range finding.Approximate {
		fmt.Fprintf(&out, "note: the lists at %s differ in so many elements that they were paired near-optimally\n", path)
	}
	if len(finding.Changes) == 0 {
		out.WriteString("no drift\n")
		return out.Bytes()
	}
	var parts []string
	for i := len(severities) - 1; i >= 0; i-- {
		if count := total[severities[i]]; count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, severities[i]))
		}
	}
	noun := "differences"
	if len(finding.Changes) == 1 {
		noun = "difference"
	}
	fmt.Fprintf(&out, "%d %s: %s\n", len(finding.Changes), noun, strings.Join(parts, ", "))
	return out.Bytes()
}

func describeChange(out io.Writer, change drift.Change) {
	sign := map[drift.ChangeType]string{
		drift.KeyAdded: "+", drift.ResourceExtra: "+", drift.KeyRemoved: "-", drift.ResourceMissing: "-",
	}[change.Type]
	if sign == "" {
		sign = "~"
	}
	path := change.Path.String()
	if path == "" {
		path = "the resource"
	}
	fmt.Fprintf(out, "%s %-10s %s (%s)\n", sign, change.Severity, path, strings.ReplaceAll(string(change.Type), "_", " "))
	for _, side := range []struct {
		name  string
		value document.Value
	}{{"declared", change.Desired}, {"live", change.Actual}} {
		if !side.value.IsMissing() {
			fmt.Fprintf(out, "      %-8s %s\n", side.name, shortened(side.value.String()))
		}
	}
}

// shortened keeps a value on one line of a terminal.
func shortened(text string) string {
	const longest = 200
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "…"
}

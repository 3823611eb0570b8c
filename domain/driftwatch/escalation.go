package driftwatch

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// mostPaths bounds the paths that one escalation names.
const mostPaths = 50

// Escalations makes the messages that bring drift which touches security before compliance: one per
// resource, under a key made of the scan and the resource. The records must come in order of resource;
// those of lower severity are left out.
func Escalations(ref ScanRef, records []drift.Record, correlationID string) ([]outbox.Message, error) {
	var messages []outbox.Message
	for len(records) > 0 {
		end := 1
		for end < len(records) && records[end].ResourceID == records[0].ResourceID {
			end++
		}
		escalation, grave := escalate(records[:end])
		records = records[end:]
		if !grave {
			continue
		}
		payload, err := json.Marshal(escalation)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "an escalation of resource %s cannot be written", escalation.ResourceID)
		}
		messages = append(messages, outbox.Message{
			Topic:         outbox.TopicEscalation,
			Group:         EscalationGroup(ref),
			Key:           fmt.Sprintf("%s:%s", EscalationGroup(ref), shortHash(escalation.ResourceID)),
			Payload:       payload,
			CorrelationID: correlationID,
		})
	}
	return messages, nil
}

// EscalationGroup is the outbox group of a scan's escalations.
func EscalationGroup(ref ScanRef) string { return ref.WorkflowID() }

func escalate(records []drift.Record) (escalation drift.Escalation, grave bool) {
	worst := drift.Cosmetic
	var paths []string
	for _, record := range records {
		if !record.Severity.AtLeast(drift.Security) {
			continue
		}
		if record.Severity.AtLeast(worst) {
			worst = record.Severity
		}
		if record.ConfigPath != "" && len(paths) < mostPaths && !slices.Contains(paths, record.ConfigPath) {
			paths = append(paths, record.ConfigPath)
		}
		grave = true
	}
	first := records[0]
	return drift.Escalation{
		ResourceID: first.ResourceID, ResourceType: first.ResourceType, TenantID: first.TenantID,
		Severity:    string(worst),
		Summary:     fmt.Sprintf("%s %s drifted from what is declared, at severity %s", first.ResourceType, first.ResourceID, worst),
		ConfigPaths: paths,
	}, grave
}

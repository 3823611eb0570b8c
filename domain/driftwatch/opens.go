package driftwatch

import (
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/exposure"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// opens reports whether what runs exposes more than what is declared, and nothing less. It looks only where
// a difference touches security.
func opens(resource infra.Resource, records []drift.Record) bool {
	for _, record := range records {
		if record.Severity.AtLeast(drift.Security) {
			declared, live := reach(resource.Type, resource.Desired), reach(resource.Type, resource.Actual)
			return exposure.Compare(declared, live).Direction == exposure.Widens
		}
	}
	return false
}

// reach is what a configuration exposes: nothing where there is none, or none that can be read.
func reach(resourceType string, configuration json.RawMessage) exposure.Reach {
	if configuration == nil {
		return exposure.Reach{}
	}
	value, err := document.Parse(configuration)
	if err != nil {
		return exposure.Reach{}
	}
	return exposure.Of(resourceType, value)
}

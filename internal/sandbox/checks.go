package sandbox

import (
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// checkPosting refuses a posting that could not be booked.
func checkPosting(posting closing.Posting) error {
	switch {
	case posting.Book == "":
		return fault.Invalid("/book", "a posting names its book")
	case posting.Period.IsZero():
		return fault.Invalid("/period", "a posting names its period, such as 2026-09")
	case posting.Revision < 1:
		return fault.Invalid("/revision", "revisions count from 1, not %d", posting.Revision)
	case posting.Page < 1 || posting.Page > posting.Pages:
		return fault.Invalid("/page", "page %d does not lie within 1 to %d", posting.Page, posting.Pages)
	case posting.Lines == nil:
		return fault.Invalid("/lines", "a posting lists its lines")
	}
	for _, line := range posting.Lines {
		if line.Account == "" || line.Currency == "" {
			return fault.Invalid("/lines", "every line names its account and currency")
		}
	}
	return nil
}

// checkEvent refuses an event that a person could make nothing of.
func checkEvent(event closing.Event) error {
	if event.Kind == "" || event.Summary == "" {
		return fault.Invalid("/kind", "an event has a kind and a summary")
	}
	switch event.Severity {
	case "info", "warning", "critical":
		return nil
	default:
		return fault.Invalid("/severity", "severity %.40q is none of info, warning, critical", event.Severity)
	}
}

// checkEscalation refuses drift that compliance has no part in: cosmetic and functional drift is the
// owner's.
func checkEscalation(escalation drift.Escalation) error {
	if escalation.ResourceID == "" || escalation.Summary == "" {
		return fault.Invalid("/resource_id", "an escalation names its resource and says what happened")
	}
	if escalation.Severity != "security" && escalation.Severity != "critical" {
		return fault.Invalid("/severity", "severity %.40q is neither security nor critical", escalation.Severity)
	}
	return nil
}

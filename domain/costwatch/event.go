package costwatch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

// EventKind is what the monitor knows cost anomalies by.
const EventKind = "cost.anomaly"

// EventGroup names the outbox group of a period's events.
func EventGroup(book string, month period.Period) string { return book + "/" + month.String() }

// message tells the monitor of an anomaly, under a key that is the same whenever it is found again.
func message(book string, month period.Period, found allocation.CostAnomaly) (outbox.Message, error) {
	payload, err := json.Marshal(Event(book, found))
	if err != nil {
		return outbox.Message{}, fmt.Errorf("writing the event of %s: %w", found.AnomalyID, err)
	}
	return outbox.Message{
		Topic: outbox.TopicMonitorEvent, Group: EventGroup(book, month),
		Key: book + ":" + found.AnomalyID, Payload: payload,
	}, nil
}

// Event describes an anomaly to the monitor service.
func Event(book string, found allocation.CostAnomaly) closing.Event {
	day := found.PeriodStart.UTC().Format(time.DateOnly)
	return closing.Event{
		Kind: EventKind, Severity: found.Severity.EventSeverity(), TenantID: found.TenantID,
		Summary: fmt.Sprintf("%s cost %s %s on %s, where %s was expected",
			found.TenantID, found.Actual, found.Currency, day, found.Expected),
		Details: map[string]string{
			"anomaly_id": found.AnomalyID, "book": book, "day": day, "currency": found.Currency,
			"actual": found.Actual.String(), "expected": found.Expected.String(), "impact": found.Impact.String(),
			"severity": string(found.Severity), "causes": strings.Join(found.SuggestedCauses, "; "),
		},
	}
}

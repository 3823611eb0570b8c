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

// EventKind is what the monitor knows cost anomalies by, WithdrawnKind the news that one no longer is.
const (
	EventKind     = "cost.anomaly"
	WithdrawnKind = "cost.anomaly.withdrawn"
)

// EventGroup names the outbox group of a period's events.
func EventGroup(book string, month period.Period) string { return book + "/" + month.String() }

// message tells the monitor of an anomaly's state, under a key that is the same whenever it is found
// in that state again.
func message(book string, month period.Period, found allocation.CostAnomaly, changes int) (outbox.Message, error) {
	key := book + ":" + found.AnomalyID
	if changes > 0 {
		key += fmt.Sprintf(":%s:%d", found.State, changes)
	}
	payload, err := json.Marshal(Event(book, found))
	if err != nil {
		return outbox.Message{}, fmt.Errorf("writing the event of %s: %w", found.AnomalyID, err)
	}
	return outbox.Message{
		Topic: outbox.TopicMonitorEvent, Group: EventGroup(book, month),
		Key: key, Payload: payload,
	}, nil
}

// Event describes an anomaly to the monitor service, or that it is withdrawn.
func Event(book string, found allocation.CostAnomaly) closing.Event {
	day := found.PeriodStart.UTC().Format(time.DateOnly)
	kind, severity, end := EventKind, found.Severity.EventSeverity(), ""
	if found.State == allocation.AnomalyWithdrawn {
		kind, severity, end = WithdrawnKind, "info", ": withdrawn, restated costs explain it"
	}
	return closing.Event{
		Kind: kind, Severity: severity, TenantID: found.TenantID,
		Summary: fmt.Sprintf("%s cost %s %s on %s, where %s was expected%s",
			found.TenantID, found.Actual, found.Currency, day, found.Expected, end),
		Details: map[string]string{
			"anomaly_id": found.AnomalyID, "book": book, "day": day, "currency": found.Currency,
			"actual": found.Actual.String(), "expected": found.Expected.String(), "impact": found.Impact.String(),
			"severity": string(found.Severity), "state": string(found.State), "causes": strings.Join(found.SuggestedCauses, "; "),
		},
	}
}

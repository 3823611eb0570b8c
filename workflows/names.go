// Package workflows orchestrates: it says which activity follows which, how long each may take and
// what a decision, a deadline or a cancellation leads to. Workflow code is deterministic and holds
// ids, counts and hashes; everything else stays in PostgreSQL.
package workflows

import (
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Workflow types as they appear in Temporal.
const (
	TypePeriodClose       = "PeriodClose"
	TypePeriodRestatement = "PeriodRestatement"
	TypeDriftScan         = "DriftScan"
	TypeRemediation       = "Remediation"
	TypeModelTraining     = "ModelTraining"
	TypeScheduledStart    = "ScheduledStart"
)

// Task queues, one per engine.
const (
	QueueAllocation = "allocation"
	QueueDrift      = "drift"
	QueueForecast   = "forecast"
)

// QueryProgress is the query that every workflow answers.
const QueryProgress = "progress"

// DecideName names both the Update and the Signal that carry a decision.
const DecideName = "decide"

// Names of the search attributes, all keywords.
const (
	SearchTenantID      = "TenantId"
	SearchBook          = "Book"
	SearchPeriod        = "Period"
	SearchJobKind       = "JobKind"
	SearchCorrelationID = "CorrelationId"
	SearchDecision      = "Decision"
)

// SearchAttributeNames lists what a self-hosted server must know before workflows can use it.
func SearchAttributeNames() []string {
	return []string{SearchTenantID, SearchBook, SearchPeriod, SearchJobKind, SearchCorrelationID, SearchDecision}
}

// Keys of the search attributes.
var (
	keyTenantID      = temporal.NewSearchAttributeKeyKeyword(SearchTenantID)
	keyBook          = temporal.NewSearchAttributeKeyKeyword(SearchBook)
	keyPeriod        = temporal.NewSearchAttributeKeyKeyword(SearchPeriod)
	keyJobKind       = temporal.NewSearchAttributeKeyKeyword(SearchJobKind)
	keyCorrelationID = temporal.NewSearchAttributeKeyKeyword(SearchCorrelationID)
	keyDecision      = temporal.NewSearchAttributeKeyKeyword(SearchDecision)
	// keyScheduledTime is set by the server on what a schedule starts.
	keyScheduledTime = temporal.NewSearchAttributeKeyTime("TemporalScheduledStartTime")
)

// PeriodCloseID returns the id of an attempt's workflow, period-close:{book}:{period}:{attempt}, or
// period-restatement:{book}:{period}:{revision}.
func PeriodCloseID(ref closing.AttemptRef) string { return ref.WorkflowID() }

// TypeOf returns the type of an attempt's workflow.
func TypeOf(ref closing.AttemptRef) string {
	if ref.Restates > 0 {
		return TypePeriodRestatement
	}
	return TypePeriodClose
}

// ReusePolicyOf says whether the id of an attempt's workflow may be used again. An attempt at closing
// has an id of its own: once it succeeded, the period's row has moved on. A restatement that was
// given up succeeded too, and leaves its id to the next one.
func ReusePolicyOf(ref closing.AttemptRef) enums.WorkflowIdReusePolicy {
	if ref.Restates > 0 {
		return enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	return enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
}

// PeriodCloseSearchAttributes are what whoever starts an attempt's workflow gives it, so that it can
// be found from its first moment.
func PeriodCloseSearchAttributes(ref closing.AttemptRef, correlationID string) temporal.SearchAttributes {
	updates := []temporal.SearchAttributeUpdate{
		keyBook.ValueSet(ref.Book),
		keyPeriod.ValueSet(ref.Period.String()),
		keyJobKind.ValueSet(TypeOf(ref)),
	}
	if correlationID != "" {
		updates = append(updates, keyCorrelationID.ValueSet(correlationID))
	}
	return temporal.NewSearchAttributes(updates...)
}

// CloseScheduleID returns the id of the schedule that closes a book.
func CloseScheduleID(book string) string { return "period-close:" + book }

// SweepScheduleID is the id of the schedule that scans every tenant for drift, where there are many.
const SweepScheduleID = "drift-sweep"

const scanSchedulePrefix = "drift-scan:"

// ScanScheduleID returns the id of the schedule that scans a tenant for drift.
func ScanScheduleID(tenantID string) string { return scanSchedulePrefix + tenantID }

// IsScanSchedule reports whether a schedule's id is that of a scan, of one tenant or of all.
func IsScanSchedule(id string) bool {
	return id == SweepScheduleID || strings.HasPrefix(id, scanSchedulePrefix)
}

// TrainingScheduleID is the id of the schedule that forecasts every tenant and metric each night.
const TrainingScheduleID = "model-training"

// TrainingHour is the hour, in UTC, at which that happens.
const TrainingHour = 1

// CloseHour is the hour, in UTC, at which schedules close a book on its close day.
const CloseHour = 2

// DuePeriod returns the period that a close scheduled for an instant is about: the month before.
func DuePeriod(scheduled time.Time) period.Period { return period.Of(scheduled).Previous() }

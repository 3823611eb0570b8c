package remediation

import "time"

// Policy holds what operators choose about remediations.
type Policy struct {
	// ApprovalDeadline is how long a plan waits for people, ReminderEvery how often they are reminded.
	// The last reminder before the deadline is an escalation.
	ApprovalDeadline, ReminderEvery time.Duration
	Limits                          Limits
}

// mostReminders bounds how often people are reminded of one plan: each reminder is kept in the history of
// a workflow that may wait for months.
const mostReminders = 100

// Reminding returns how often people are reminded: every ReminderEvery, or less often where that would be
// more than a hundred times until the deadline. Zero means never.
func (p Policy) Reminding() time.Duration {
	if p.ReminderEvery <= 0 {
		return 0
	}
	return max(p.ReminderEvery, p.ApprovalDeadline/mostReminders)
}

// Limits keep remediations from doing too much by themselves. What goes beyond waits for a person.
type Limits struct {
	// OpenedPerScan is how many remediations one scan opens; the next scan opens further ones.
	OpenedPerScan int
	// PerRun, PerTenant and PerType are how many changes may be made without a person: of one scan, and
	// within Window of one tenant and of one resource type.
	PerRun, PerTenant, PerType int
	Window                     time.Duration
	// FailureShare is the share of failures, in percent, among the latest FailuresOf remediations of a
	// tenant that changed something, from which none goes on without a person.
	FailureShare, FailuresOf int
	// ChangedBack is how often within Window a resource may be mended by itself: what drifts again and
	// again is changed by someone who should be asked.
	ChangedBack int
}

// DefaultPolicy is what holds unless operators choose otherwise.
func DefaultPolicy() Policy {
	return Policy{
		ApprovalDeadline: 72 * time.Hour,
		ReminderEvery:    24 * time.Hour,
		Limits: Limits{
			OpenedPerScan: 100, PerRun: 25, PerTenant: 50, PerType: 25, Window: 24 * time.Hour,
			FailureShare: 50, FailuresOf: 6, ChangedBack: 3,
		},
	}
}

// Usage is what remediations have done so far.
type Usage struct {
	InRun, OfTenant, OfType, OfResource int
	// Failed of Tried are the latest remediations of the tenant that changed something.
	Failed, Tried int
}

// Hold says why a change may not be made without a person; empty where it may.
func (l Limits) Hold(usage Usage) string {
	switch {
	case usage.Tried >= l.FailuresOf && usage.Failed*100 >= usage.Tried*l.FailureShare:
		return sentence("of the latest %d changes for this tenant %d failed", usage.Tried, usage.Failed)
	case usage.OfResource >= l.ChangedBack:
		return sentence("the resource was mended %d times within %s and drifted again; find out who changes it back", usage.OfResource, l.Window)
	case usage.InRun >= l.PerRun:
		return sentence("the scan has led to %d changes already, as many as one may without a person", usage.InRun)
	case usage.OfTenant >= l.PerTenant:
		return sentence("%d changes were made for this tenant within %s, as many as may be without a person", usage.OfTenant, l.Window)
	case usage.OfType >= l.PerType:
		return sentence("%d resources of this type were changed within %s, as many as may be without a person", usage.OfType, l.Window)
	default:
		return ""
	}
}

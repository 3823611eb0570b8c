package remediation

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

const (
	// ScansWithin is how far back figures look at scans: every tenant is scanned once in that time.
	ScansWithin = time.Hour
	// EndedWithin is how far back they look at remediations that have ended.
	EndedWithin = 24 * time.Hour
)

// Figures are what operators watch: how much has drifted, how scans do, where remediations stand. What is
// not in a map is zero.
type Figures struct {
	Drifts map[DriftsOf]int64
	// Scans counts those that run, and by how they ended those that did within ScansWithin.
	Scans map[driftwatch.ScanState]int64
	// ScanMedian and ScanLongest are how long the latter took, in seconds.
	ScanMedian, ScanLongest float64
	// Remediations counts those under way, and those that ended within EndedWithin.
	Remediations map[State]int64
}

// DriftsOf is drift that is not resolved, by where it stands and how grave it is.
type DriftsOf struct {
	State    driftwatch.DriftState
	Severity drift.Severity
}

package driftwatch

import (
	"fmt"
	"maps"
	"slices"

	"github.com/omnicloud/omnicloud/domain/infra"
)

const (
	// massLoss is the share, in percent, of resources gone at once from which a scan disbelieves what it
	// reads, and massLossFrom how many there must have been: a provider whose credential was withdrawn
	// answers that nothing is there. Where nothing is left at all, one is enough.
	massLoss     = 50
	massLossFrom = 10

	likelier = "more likely an outage of what reads them than a change; where they are really gone, confirm it by another scan that names this one"
)

// Baseline is what a scan is held against: what an earlier one saw running. Without a ScanID there is
// nothing to compare with.
type Baseline struct {
	ScanID string
	// Types are those that the earlier scan was of; empty means all.
	Types []string
	Tally Tally
	// Confirmed says that a person said that it saw right.
	Confirmed bool
}

// For narrows a baseline to resource types; one that does not tell them apart is none.
func (b Baseline) For(types []string) Baseline {
	if len(types) == 0 || slices.Equal(b.Types, types) {
		return b
	}
	if b.Tally.Running == nil {
		return Baseline{}
	}
	narrowed := make(map[string]int64, len(types))
	for _, kind := range types {
		narrowed[kind] = b.Tally.Running[kind]
	}
	return Baseline{ScanID: b.ScanID, Types: types, Tally: Tally{Running: narrowed}, Confirmed: b.Confirmed}
}

// see counts a resource that is there.
func (t *Tally) see(resource infra.Resource) {
	if resource.Actual == nil {
		return
	}
	if t.Running == nil {
		t.Running = map[string]int64{}
	}
	t.Running[resource.Type]++
}

// running counts what is there over all types.
func (t Tally) running() int64 {
	if t.Running == nil {
		return t.Resources - t.Missing - t.Unreadable // counted before types were told apart
	}
	sum := int64(0)
	for _, count := range t.Running {
		sum += count
	}
	return sum
}

// Gap says why a scan that came to its end did not see everything; empty where it did.
func (t Tally) Gap() string {
	switch {
	case t.Unreadable > 0:
		return fmt.Sprintf("%d of %d resources could not be read", t.Unreadable, t.Resources)
	case t.Resources != t.Expected:
		return fmt.Sprintf("the state service announced %d resources and listed %d", t.Expected, t.Resources)
	default:
		return ""
	}
}

// Loss says why what a scan of some types, or of all, no longer saw is not to be believed without a person;
// empty where it is.
func (t Tally) Loss(before Baseline, types []string) string {
	had, has := before.Tally.running(), t.running()
	switch {
	case before.ScanID != "" && (lost(had, has) || has == 0 && had > 0):
		return fmt.Sprintf("running resources fell from %d at scan %s to %d, %s", had, before.ScanID, has, likelier)
	case before.ScanID == "" && lost(t.Resources, t.Resources-t.Missing):
		return fmt.Sprintf("%d of %d resources are missing at once, %s", t.Missing, t.Resources, likelier)
	case !before.Confirmed && len(types) > 0 && t.Resources == 0:
		return "the tenant has no resource of the types that were asked for; look at their spelling"
	}
	for _, kind := range slices.Sorted(maps.Keys(before.Tally.Running)) {
		if had, has := before.Tally.Running[kind], t.Running[kind]; lost(had, has) {
			return fmt.Sprintf("running resources of type %.100s fell from %d at scan %s to %d, %s", kind, had, before.ScanID, has, likelier)
		}
	}
	return ""
}

func lost(had, has int64) bool { return had >= massLossFrom && (had-has)*100 >= had*massLoss }

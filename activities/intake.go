package activities

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Intake holds the activities that bring inputs in, freeze them and compare them with invoices, and
// their ports. All fields are required.
type Intake struct {
	Periods   closing.Store
	Collector Collector
	Rules     RulesInEffect
	Freezer   intake.Freezer
	Inputs    intake.FrozenInputs
}

// RulesInEffect lists rules; allocation.RuleStore is one.
type RulesInEffect interface {
	Active(ctx context.Context, from, until time.Time) ([]allocation.RuleVersion, error)
}

// intakes is only ever used to name the activities of Intake in workflow code.
var intakes *Intake

package sandbox

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// stateManager is the state service's logic, with this engine to detect drift.
type stateManager = infra.StateManager[drift.Record]

func newStateManager(options Options) (*stateManager, error) {
	detect := options.Detect
	if detect == nil {
		detector, err := drift.NewDetector()
		if err != nil {
			return nil, err
		}
		detect = func(_ context.Context, resource infra.Resource) ([]drift.Record, error) {
			return detector.ScanResource(resource)
		}
	}
	return &stateManager{Store: options.States, Detect: detect, Now: time.Now}, nil
}

// loadStates takes the sample's resources in. What was changed in them since an earlier load of the
// same content stays, however often the rest of the sample is loaded anew.
func (s *Sandbox) loadStates(ctx context.Context, states []infra.Resource) error {
	if s.states == nil {
		return nil
	}
	importer := infra.Importer{Store: s.states.Store, Now: s.states.Now}
	delivery := infra.Delivery{ID: uuid.NewString(), Name: fmt.Sprintf("sample %d", sample.Version), CreatedBy: "sandbox"}
	_, err := importer.Import(ctx, delivery, func(yield func(infra.Row, error) bool) {
		for _, state := range states {
			if !yield(infra.Row{Resource: state, Place: "the sample"}, nil) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("loading the sample's resources: %w", err)
	}
	return nil
}

// errNoStates is the answer of a sandbox without a state service.
func errNoStates() error {
	return fault.New(fault.NotFound, "this sandbox was started without a store for resources, so it has no state service")
}

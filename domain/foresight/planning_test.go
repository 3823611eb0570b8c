package foresight

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// provisioned is a compute that knows how much there is of some metrics.
type provisioned []Provision

func (p provisioned) Provisions(context.Context, string) ([]Provision, error) { return p, nil }

func (provisioned) Estate(context.Context, string) (capacity.Estate, error) {
	return capacity.Estate{}, nil
}

// unpriced is a billing that sells nothing.
type unpriced struct{}

func (unpriced) Prices(context.Context) ([]Price, error) { return nil, nil }

// broken is a store of usage with a defect.
type broken struct {
	UsageStore
	defect error
}

func (b broken) Latest(context.Context, Key) (time.Time, error) { return time.Time{}, b.defect }

func TestRecommendationsBesideADefect(t *testing.T) {
	defect := fault.Wrap(errors.New("goroutine 7 [running]"), fault.Internal, "a defect of the engine")
	planning := Planning{
		Desk:       &Desk{Usage: broken{defect: defect}, Now: func() time.Time { return tonight }},
		Provisions: provisioned{{Key: Key{"granite", forecast.StorageUsedGB}}}, Prices: unpriced{},
	}
	found, err := planning.Recommendations(t.Context(), "granite", 20)
	require.NoError(t, err)
	require.Empty(t, found.Items)
	require.Equal(t, []string{"a defect of the engine"}, found.Notes)
	require.Equal(t, []error{defect}, found.Defects)
}

package serviceclient

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// wireEstate makes the sizes optional on the wire, so that one that is missing is told apart from a
// tenant that has nothing.
type wireEstate struct {
	TenantID  string         `json:"tenant_id"`
	Cores     *float64       `json:"cores"`
	MemoryGB  *float64       `json:"memory_gb"`
	Workloads []wireWorkload `json:"workloads"`
}

type wireWorkload struct {
	ID string `json:"workload_id"`
	capacity.Workload
}

func (w wireEstate) accept(tenantID string) (capacity.Estate, error) {
	switch {
	case w.TenantID != tenantID:
		return capacity.Estate{}, fmt.Errorf("%w: the estate of tenant %q as that of %q", errSchema, w.TenantID, tenantID)
	case w.Cores == nil:
		return capacity.Estate{}, missing("cores")
	case w.MemoryGB == nil:
		return capacity.Estate{}, missing("memory_gb")
	}
	estate := capacity.Estate{Cores: *w.Cores, MemoryGB: *w.MemoryGB, Workloads: make(map[string]capacity.Workload, len(w.Workloads))}
	for _, one := range w.Workloads {
		if one.ID == "" {
			return capacity.Estate{}, missing("workload_id")
		}
		if _, twice := estate.Workloads[one.ID]; twice {
			return capacity.Estate{}, fmt.Errorf("%w: the workload %q is listed twice", errSchema, one.ID)
		}
		estate.Workloads[one.ID] = one.Workload
	}
	if err := estate.Check(); err != nil {
		return capacity.Estate{}, fmt.Errorf("%w: %w", errSchema, err)
	}
	return estate, nil
}

// Estate returns what a tenant runs on and runs.
func (c *Compute) Estate(ctx context.Context, tenantID string) (estate capacity.Estate, err error) {
	err = c.get(ctx, "v1/estate", url.Values{"tenant_id": {tenantID}}, func(body io.Reader) error {
		var wire wireEstate
		if err := json.NewDecoder(body).Decode(&wire); err != nil {
			return decodeError(err)
		}
		estate, err = wire.accept(tenantID)
		return err
	})
	return estate, err
}

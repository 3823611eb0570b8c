package sandbox

import (
	"net/http"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// placeCapacity says how much of an amount the scheduler could place today. Nothing is reserved.
func (s *Sandbox) placeCapacity(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	if values.Get("tenant_id") == "" {
		return fault.Invalid("tenant_id", "tenant_id says for whom to place")
	}
	amount, err := decimal.NewFromString(values.Get("amount"))
	if err != nil || !amount.IsPositive() {
		return fault.Invalid("amount", "amount %.40q is no number above zero", values.Get("amount"))
	}
	placement, known := sample.Place(values.Get("resource_type"), amount)
	if !known {
		return fault.New(fault.NotFound, "the scheduler places no %.80q", values.Get("resource_type"))
	}
	return writeJSON(w, http.StatusOK, placement)
}

// checkHandover refuses a recommendation that nobody could act on.
func checkHandover(handover foresight.Handover) error {
	switch {
	case handover.ID == "":
		return fault.Invalid("/recommendation_id", "a recommendation has an id")
	case handover.TenantID == "" || handover.ResourceType == "":
		return fault.Invalid("/resource_type", "a recommendation names its tenant and resource")
	case handover.Reason == "":
		return fault.Invalid("/reason", "a recommendation says why")
	}
	return nil
}

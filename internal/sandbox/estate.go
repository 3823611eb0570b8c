package sandbox

import (
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// readEstate serves what a tenant runs on and runs. Nothing of it is stored: the sample computes it.
func (s *Sandbox) readEstate(w http.ResponseWriter, r *http.Request) error {
	tenant := r.URL.Query().Get("tenant_id")
	if tenant == "" {
		return fault.Invalid("tenant_id", "tenant_id says whose estate is wanted")
	}
	estate, known := sample.EstateOf(s.sampleSeed, tenant, time.Now())
	if !known {
		return fault.New(fault.NotFound, "compute runs nothing of a tenant %.80q", tenant)
	}
	return writeJSON(w, http.StatusOK, estate)
}

package tenancy

import "time"

// Ownership says that a resource belonged to a tenant (and a project of it) from From (included) to
// Until (excluded). A zero Until means still; an empty TenantID means nobody.
type Ownership struct {
	ResourceID string    `json:"resource_id"`
	TenantID   string    `json:"tenant_id,omitempty"`
	ProjectID  string    `json:"project_id,omitempty"`
	From       time.Time `json:"from"`
	Until      time.Time `json:"until,omitzero"`
}

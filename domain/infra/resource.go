package infra

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Resource is one resource as the state service knows it. A configuration is a JSON object kept
// exactly as delivered, because a number that passed through a float would itself be drift; it is
// nil where there is none: nothing declared (an extra resource) or nothing observed (a missing one).
type Resource struct {
	ID       string          `json:"resource_id"`
	Type     string          `json:"resource_type"`
	TenantID string          `json:"tenant_id,omitempty"`
	Desired  json.RawMessage `json:"desired,omitempty"`
	Actual   json.RawMessage `json:"actual,omitempty"`
	// Schema says of a type's paths what is read-only, write-only or a default, in the manner of a
	// CloudFormation resource schema; nil where nobody gave one.
	Schema json.RawMessage `json:"schema,omitempty"`
	State  State           `json:"state,omitempty"`
	// Version counts the writes to the resource, from 1, and never goes back, not even when a deleted
	// resource is made again. Zero comes from services that keep no versions.
	Version int64 `json:"version,omitempty"`
	// DependsOn holds the ids of the resources that must be there before this one, in byte order.
	DependsOn []string `json:"depends_on,omitempty"`
	// Unreadable says why the provider could not be asked; Actual is then the last that was seen, or
	// nil, and proves neither drift nor that the resource is missing.
	Unreadable string    `json:"unreadable,omitempty"`
	UpdatedAt  time.Time `json:"updated_at,omitzero"`
}

// Readable reports whether Actual is what the provider really runs.
func (r Resource) Readable() bool { return r.Unreadable == "" }

// Side names one of a resource's two configurations.
type Side string

// The sides.
const (
	// SideActual is what the provider runs. Writing it changes the cloud.
	SideActual Side = "actual"
	// SideDesired is what is declared. Writing it accepts what the cloud runs, or plans a change.
	SideDesired Side = "desired"
)

// Valid reports whether the side is one of the two.
func (s Side) Valid() bool { return s == SideActual || s == SideDesired }

// Configuration returns a side of the resource.
func (r Resource) Configuration(side Side) json.RawMessage {
	if side == SideDesired {
		return r.Desired
	}
	return r.Actual
}

// With returns the resource with another configuration on a side.
func (r Resource) With(side Side, configuration json.RawMessage) Resource {
	if side == SideDesired {
		r.Desired = configuration
	} else {
		r.Actual = configuration
	}
	return r
}

// MaxConfigurationBytes bounds one configuration.
const MaxConfigurationBytes = 1 << 20

var (
	identifier = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	typeName   = regexp.MustCompile(`^[!-~]{1,256}$`)
)

// maxReasonBytes bounds what is kept of why a provider could not be asked.
const maxReasonBytes = 1000

// CheckID returns an InvalidInput error for a resource id that is not 1 to 128 of A-Z a-z 0-9 . _ -, or
// that is . or .., which no path of a URL can name.
func CheckID(id string) error {
	if !identifier.MatchString(id) || id == "." || id == ".." {
		return fault.Invalid("/resource_id", "resource id %.140q is not 1 to 128 letters, digits, dots, dashes and underscores", id)
	}
	return nil
}

// Check returns an InvalidInput error for a resource that cannot be kept: a bad id, no type, a
// configuration that is no JSON object, or none at all.
func (r Resource) Check() error {
	if err := CheckID(r.ID); err != nil {
		return err
	}
	switch {
	case !typeName.MatchString(r.Type):
		return fault.Invalid("/resource_type", "type %.140q of resource %s is not 1 to 256 visible ASCII characters", r.Type, r.ID)
	case r.TenantID != "" && !identifier.MatchString(r.TenantID):
		return fault.Invalid("/tenant_id", "tenant id %.140q of resource %s is not 1 to 128 letters, digits, dots, dashes and underscores", r.TenantID, r.ID)
	case r.Desired == nil && r.Actual == nil && r.Unreadable == "":
		return fault.Invalid("/desired", "resource %s is neither declared nor observed; give desired, actual or both", r.ID)
	}
	if len(r.Unreadable) > maxReasonBytes || !utf8.ValidString(r.Unreadable) || strings.ContainsRune(r.Unreadable, 0) {
		return fault.Invalid("/unreadable", "unreadable of resource %s is no text of at most %d bytes", r.ID, maxReasonBytes)
	}
	for _, id := range r.DependsOn {
		if !identifier.MatchString(id) {
			return fault.Invalid("/depends_on", "resource %s depends on %.140q, which is no resource id", r.ID, id)
		}
	}
	for _, part := range []struct {
		name string
		text json.RawMessage
	}{{"desired", r.Desired}, {"actual", r.Actual}, {"schema", r.Schema}} {
		if err := checkObject(r.ID, part.name, part.text); err != nil {
			return err
		}
	}
	return nil
}

// checkObject refuses what is no object and what the drift engine would not read, such as a document
// that nests too deep: it would fail every comparison of its tenant. It never quotes the configuration,
// which may hold a secret.
func checkObject(id, name string, text json.RawMessage) error {
	if text == nil {
		return nil
	}
	if len(text) > MaxConfigurationBytes {
		return fault.Invalid("/"+name, "%s of resource %s has %d bytes; at most %d are kept", name, id, len(text), MaxConfigurationBytes)
	}
	configuration, err := document.Parse(text)
	switch {
	case err != nil && json.Valid(text):
		return fault.Invalid("/"+name, "%s of resource %s cannot be compared, so it is not kept: %s", name, id, sentence(err))
	case configuration.Kind() != document.Object:
		return fault.Invalid("/"+name, "%s of resource %s is no JSON object", name, id)
	default:
		return nil
	}
}

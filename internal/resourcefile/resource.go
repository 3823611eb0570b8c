package resourcefile

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// written is a resource as files hold it: as the state service lists it, or with id for short, as in
// the pairs that omnicloud drift compares.
type written struct {
	ID         string          `json:"id"`
	ResourceID string          `json:"resource_id"`
	Type       string          `json:"resource_type"`
	TenantID   string          `json:"tenant_id"`
	Desired    json.RawMessage `json:"desired"`
	Actual     json.RawMessage `json:"actual"`
	Schema     json.RawMessage `json:"schema"`
	State      infra.State     `json:"state"`
	DependsOn  []string        `json:"depends_on"`
	Unreadable string          `json:"unreadable"`
	// Version and UpdatedAt are the service's own, and passed over.
	Version   int64     `json:"version"`
	UpdatedAt time.Time `json:"updated_at"`
}

// resource reads one resource and hands it on.
func (r *reader) resource(text json.RawMessage) error {
	place := r.place(r.decoder.InputOffset() - int64(len(text)))
	var read written
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return fault.Invalid(place, "%s: %s", place, memberProblem(err))
	}
	if read.ResourceID != "" && read.ID != "" && read.ResourceID != read.ID {
		return fault.Invalid(place, "%s: resource_id and id name two resources", place)
	}
	resource := infra.Resource{
		ID: read.ResourceID, Type: read.Type, TenantID: read.TenantID, State: read.State, DependsOn: read.DependsOn,
		Unreadable: read.Unreadable, Desired: present(read.Desired), Actual: present(read.Actual), Schema: present(read.Schema),
	}
	if resource.ID == "" {
		resource.ID = read.ID
	}
	if !r.take(infra.Row{Resource: resource, Place: place}) {
		return errStopped
	}
	return nil
}

// present reads a configuration, null as none.
func present(text json.RawMessage) json.RawMessage {
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return nil
	}
	return text
}

// memberProblem says which member is wrong, never what it holds.
func memberProblem(err error) string {
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return "member " + mismatch.Field + " holds a " + mismatch.Value + ", which does not belong there"
	case errors.As(err, &mismatch):
		return "a resource is a JSON object, not a " + mismatch.Value
	case strings.Contains(err.Error(), "unknown field"):
		_, field, _ := strings.Cut(err.Error(), "unknown field ")
		return "a resource has no member " + field
	default:
		return "the resource cannot be read"
	}
}

package driftwatch

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Mode is what may be done about drift of a tenant's resources of a type.
type Mode string

// The modes. Observe reports and changes nothing; Propose asks a person about every change; Enforce
// mends what does not touch security by itself, and asks about the rest.
const (
	Observe Mode = "observe"
	Propose Mode = "propose"
	Enforce Mode = "enforce"
)

// AllTypes stands for the resource types of a tenant that have no mode of their own.
const AllTypes = "*"

// ModeSetting is the mode of one resource type, or of AllTypes.
type ModeSetting struct {
	ResourceType string `json:"resource_type"`
	Mode         Mode   `json:"mode"`
}

// Modes are the settings of one tenant.
type Modes []ModeSetting

// ModeInForce is a setting with who made it, when and why.
type ModeInForce struct {
	ModeSetting
	SetBy  string    `json:"set_by"`
	SetAt  time.Time `json:"set_at"`
	Reason string    `json:"reason,omitempty"`
}

// ModeChange is what modes were before and after somebody set them, as the history keeps it.
type ModeChange struct {
	Before Modes  `json:"before"`
	After  Modes  `json:"after"`
	Reason string `json:"reason,omitempty"`
}

// Of returns the mode of a resource type: its own, else that of AllTypes, else Observe.
func (m Modes) Of(resourceType string) Mode {
	mode := Observe
	for _, setting := range m {
		switch setting.ResourceType {
		case resourceType:
			return setting.Mode
		case AllTypes:
			mode = setting.Mode
		}
	}
	return mode
}

// Check returns an InvalidInput error for an unknown mode, and for a type that is set twice.
func (m Modes) Check() error {
	seen := make(map[string]bool, len(m))
	for _, setting := range m {
		switch setting.Mode {
		case Observe, Propose, Enforce:
		default:
			return fault.Invalid("/items", "mode %.20q of resource type %.100q is none of observe, propose, enforce", setting.Mode, setting.ResourceType)
		}
		switch {
		case setting.ResourceType == "":
			return fault.Invalid("/items", "a mode names its resource type, or * for all that have none of their own")
		case seen[setting.ResourceType]:
			return fault.Invalid("/items", "resource type %.100q is set twice", setting.ResourceType)
		}
		seen[setting.ResourceType] = true
	}
	return nil
}

package foresight

import (
	"errors"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Failure says which tenant, and which of its metrics unless it is all of them, could not be dealt
// with, and why.
type Failure struct {
	Key
	Reason string `json:"reason"`
	// Defect is what lies beneath a defect of this program, for whoever logs the failure; nil of others.
	Defect error `json:"-"`
}

// FailureOf says why nothing could be done for a tenant.
func FailureOf(tenantID string, err error) Failure {
	return failureOf(Key{TenantID: tenantID}, err)
}

func failureOf(key Key, err error) Failure {
	failure := Failure{Key: key, Reason: reasonOf(err)}
	if fault.Is(err, fault.Internal) {
		failure.Defect = err
	}
	return failure
}

// reasonOf is an error as people read it.
func reasonOf(err error) string {
	var coded *fault.Error
	if reason, short := IsShort(err); short {
		return reason
	}
	if errors.As(err, &coded) {
		return coded.Message
	}
	return err.Error()
}

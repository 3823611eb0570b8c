package driftwatch

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/omnicloud/omnicloud/domain/drift"
)

// Finding is a record with the names by which it is known again.
type Finding struct {
	Record drift.Record
	// Cause is the same where the same was done to other resources of the type, whatever was declared for
	// each: one rename of a team, one port opened everywhere.
	Cause string
	// Fingerprint is the same as long as both values are; other values are another drift at the same
	// place.
	Fingerprint string
	// Opens says that the resource exposes more than was declared, so that mending it narrows exposure.
	Opens bool
}

// anyIndex stands in a cause for the index of a list's element, which differs between resources.
var anyIndex = regexp.MustCompile(`\[[0-9]+\]`)

// NewFinding names a record. Its id becomes that of the drift: the same resource, path and kind of
// difference give the same one in every scan.
func NewFinding(record drift.Record) Finding {
	record.ID = "d-" + shortHash(record.TenantID, record.ResourceID, record.ConfigPath, string(record.Type))
	desired, actual := string(record.DesiredValue), string(record.ActualValue)
	done := actual
	if record.Type == drift.ResourceMissing || record.Type == drift.ResourceExtra {
		done = "" // whatever the resource is like, it was deleted or made
	}
	return Finding{
		Record: record,
		Cause: "c-" + shortHash(record.ResourceType, anyIndex.ReplaceAllString(record.ConfigPath, "[*]"),
			string(record.Type), string(record.Severity), done),
		Fingerprint: shortHash(desired, actual, string(record.Severity)),
	}
}

// shortHash is 128 bits over texts, each with its length before it.
func shortHash(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		var length [8]byte
		for i, rest := 0, len(text); i < len(length); i, rest = i+1, rest>>8 {
			length[i] = byte(rest)
		}
		hash.Write(length[:])
		hash.Write([]byte(text))
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

package anomaly

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// identity derives the anomaly's id from what it is about: rule, tenant, scope, currency, and the
// month or the first day of the episode. Amounts stay out of it, since a late charge changes them
// and not what a person was told. So a rise found again, by another worker or on the episode's next
// day, has the id under which it was published, and the receiver's idempotency makes that once.
func (a Anomaly) identity() string {
	moment := a.Period.String()
	if a.Since != nil {
		moment = a.Since.String()
	}
	digest := sha256.New()
	for _, part := range []string{
		"anomaly-1", string(a.Rule), a.TenantID, string(a.Scope.Dimension), a.Scope.Item, a.Currency, moment,
	} {
		// The length before each part keeps ("ab", "c") apart from ("a", "bc").
		digest.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		digest.Write([]byte(part))
	}
	return "anomaly-" + hex.EncodeToString(digest.Sum(nil)[:16])
}

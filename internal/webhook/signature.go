package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// version starts every signature, so that another scheme can stand beside it later.
const version = "v1="

// Sign returns the signature of a body sent at a time: HMAC-SHA256 over the Unix seconds in decimal,
// a full stop and the body. A receiver that refuses old times refuses replays.
func Sign(secret []byte, unixSeconds int64, body []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write(strconv.AppendInt(nil, unixSeconds, 10))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return version + hex.EncodeToString(mac.Sum(nil))
}

// Verify checks the headers of a delivery, for receivers written in Go. It returns an
// Unauthenticated error for a signature that does not match or a time further than tolerance from
// now.
func Verify(secret []byte, timestamp, signature string, body []byte, now time.Time, tolerance time.Duration) error {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return fault.New(fault.Unauthenticated, "the timestamp %.32q is not a number of seconds", timestamp)
	}
	if !hmac.Equal([]byte(signature), []byte(Sign(secret, seconds, body))) {
		return fault.New(fault.Unauthenticated, "the signature does not match the body")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age > tolerance {
		return fault.New(fault.Unauthenticated, "the delivery was signed %s from now; at most %s is accepted", age, tolerance)
	}
	return nil
}

package secrecy

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Key is what tags of hidden values are made with. Whoever lacks it cannot tell from a tag what was
// hidden, not even by trying values. Without a key, hidden values are numbered instead, which tells
// equal from unequal within one comparison only.
type Key []byte

// shortestKey is the length of a key that cannot be guessed, in bytes.
const shortestKey = 32

// NewKey makes a key of secret bytes; fewer than 32 are an InvalidInput error.
func NewKey(secret []byte) (Key, error) {
	if len(secret) < shortestKey {
		return nil, fault.New(fault.InvalidInput, "the key for hidden values has %d bytes; give at least %d random ones", len(secret), shortestKey)
	}
	return Key(secret), nil
}

// tagger names hidden values so that equal ones have equal names.
type tagger struct {
	key     []byte
	numbers map[string]int
}

// tagger returns what tags of one tenant are made with: the same value of two tenants has two tags.
func (k Key) tagger(tenantID string) *tagger {
	if len(k) == 0 {
		return &tagger{numbers: map[string]int{}}
	}
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte("drift redaction\x00" + tenantID))
	return &tagger{key: mac.Sum(nil)}
}

// tag is what stands in the place of a hidden value. Its words are too short to be secrets.
func (t *tagger) tag(secret string) string {
	if t.key == nil {
		number, known := t.numbers[secret]
		if !known {
			number = len(t.numbers) + 1
			t.numbers[secret] = number
		}
		return fmt.Sprintf("[hidden #%d]", number)
	}
	mac := hmac.New(sha256.New, t.key)
	mac.Write([]byte(secret))
	return "[hidden " + hex.EncodeToString(mac.Sum(nil)[:8]) + "]"
}

package payloadcodec

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// KeySize is the size of an AES-256 key in bytes.
const KeySize = 32

// Key is an AES-256 key that is ready for use.
type Key struct {
	// ID travels beside each payload, so that old histories stay readable after a rotation.
	ID   string
	aead cipher.AEAD
}

// NewKey makes a key of 32 secret bytes.
func NewKey(id string, secret []byte) (Key, error) {
	if id == "" {
		return Key{}, errors.New("a payload key needs an id")
	}
	if len(secret) != KeySize {
		return Key{}, fmt.Errorf("payload key %q has %d bytes, not %d", id, len(secret), KeySize)
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return Key{}, fmt.Errorf("payload key %q: %w", id, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return Key{}, fmt.Errorf("payload key %q: %w", id, err)
	}
	return Key{ID: id, aead: aead}, nil
}

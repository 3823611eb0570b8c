package postgres

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// seal encrypts what the database must not show, with AES-256-GCM under a key that is derived from a secret
// for one purpose.
type seal struct{ aead cipher.AEAD }

func newSeal(secret []byte, purpose string) seal {
	key, err := hkdf.Key(sha256.New, secret, nil, "omnicloud "+purpose, 32)
	if err != nil {
		panic(err) // 32 bytes are within what a hash can give
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // 32 bytes are an AES key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the blocks that GCM wants
	}
	return seal{aead}
}

// close encrypts a text; it opens only beside what it is about.
func (s seal) close(plain []byte, about string) []byte {
	return s.aead.Seal(nil, nil, plain, []byte(about))
}

// open decrypts; a Tampered error where the secret is another, or the text was changed or is about
// something else.
func (s seal) open(sealed []byte, about string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(about))
	if err != nil {
		return nil, fault.New(fault.Tampered, "what is sealed of %.128s does not open: it was changed, or sealed with another secret", about)
	}
	return plain, nil
}

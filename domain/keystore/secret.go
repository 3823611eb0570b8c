package keystore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// secretSize is the size of a new secret, and the least that one may have, in bytes.
const secretSize = 32

// CreateSecret makes a random secret, in hexadecimal, where there is none of its name.
func CreateSecret(ctx context.Context, store Store, name string) error {
	if _, err := store.Read(ctx, name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret) // never fails, see crypto/rand
	return store.Create(ctx, name, []byte(hex.EncodeToString(secret)+"\n"))
}

// OpenSecret reads a secret and writes nothing: nobody else knows a secret made by mistake. A missing one
// is an fs.ErrNotExist, one of fewer than 32 bytes an InvalidInput error.
func OpenSecret(ctx context.Context, store Store, name string) ([]byte, error) {
	text, err := store.Read(ctx, name)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < secretSize {
		return nil, fault.New(fault.InvalidInput, "%s does not hold at least %d bytes in hexadecimal", store.Place(name), secretSize)
	}
	return secret, nil
}

package token

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/keystore"
)

// The types of the PEM blocks.
const (
	privateBlock = "PRIVATE KEY"
	publicBlock  = "PUBLIC KEY"
)

// keyID derives the key id from the key itself, so that an id can never name two keys.
func keyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

func encodePrivate(key ed25519.PrivateKey) ([]byte, error) {
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a signing key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: privateBlock, Bytes: encoded}), nil
}

func encodePublic(key ed25519.PublicKey) ([]byte, error) {
	encoded, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: publicBlock, Bytes: encoded}), nil
}

// readPrivate returns the signing key and the content of its document.
func readPrivate(ctx context.Context, store keystore.Store) (ed25519.PrivateKey, []byte, error) {
	content, err := store.Read(ctx, privateKeyName)
	if err != nil {
		return nil, nil, err
	}
	key, err := parsePEM[ed25519.PrivateKey](store.Place(privateKeyName), content, privateBlock, x509.ParsePKCS8PrivateKey)
	return key, content, err
}

func readPublic(ctx context.Context, store keystore.Store, name string) (ed25519.PublicKey, error) {
	content, err := store.Read(ctx, name)
	if err != nil {
		return nil, err
	}
	return parsePEM[ed25519.PublicKey](store.Place(name), content, publicBlock, x509.ParsePKIXPublicKey)
}

// parsePEM reads a key of a place. Its errors show nothing of what the place holds.
func parsePEM[K any](place string, content []byte, kind string, parse func([]byte) (any, error)) (key K, err error) {
	block, _ := pem.Decode(content)
	if block == nil || block.Type != kind {
		return key, fault.New(fault.InvalidInput, "%s holds no PEM block %q; put the key back, or remove it to have a new one made", place, kind)
	}
	parsed, err := parse(block.Bytes)
	if err != nil {
		return key, fault.Wrap(err, fault.InvalidInput, "%s holds no key that can be read", place)
	}
	key, ok := parsed.(K)
	if !ok {
		return key, fault.New(fault.InvalidInput, "%s holds a %T, not an Ed25519 key", place, parsed)
	}
	return key, nil
}
